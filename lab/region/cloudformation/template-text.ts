import { parse, YAMLParseError } from 'yaml';
import type { QueryInput } from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { TemplateText } from './record.ts';

/** Source: CloudFormation quotas: a template in the request itself, and one in S3. */
const MOST_BYTES = { body: 51_200, url: 1_000_000 };

/**
 * The template of a request: in its body, or in S3. YAML or JSON; short forms such as `!Ref` are not read, tools write them out.
 * @returns `undefined` when the request has none
 * @throws ServiceError `ValidationError`
 */
export function templateOf(input: QueryInput, buckets: Buckets): TemplateText | undefined {
  const [body, url] = [input.get('TemplateBody'), input.get('TemplateURL')];
  if (body === undefined && url === undefined) return undefined;
  if (body !== undefined && url !== undefined) throw invalid('Only one of TemplateBody or TemplateURL may be given');
  const text = url === undefined ? (body ?? '') : readObject(url, buckets);
  const most = url === undefined ? MOST_BYTES.body : MOST_BYTES.url;
  const bytes = Buffer.byteLength(text);
  if (bytes > most) throw invalid(`the template has ${bytes} bytes; allowed are ${most}`);
  return { text, value: read(text) };
}

function readObject(url: string, buckets: Buckets): string {
  const { hostname, pathname } = parsedUrl(url);
  const path = decodeURIComponent(pathname.slice(1));
  // https://<bucket>.s3.<region>.amazonaws.com/<key>, or https://s3.<region>.amazonaws.com/<bucket>/<key>
  const virtual = /^(.+)\.s3[.-][a-z0-9.-]+$/.exec(hostname)?.[1];
  const slash = path.indexOf('/');
  const [bucket, key] = virtual === undefined ? [path.slice(0, slash), path.slice(slash + 1)] : [virtual, path];
  try {
    return Buffer.from(buckets.object(bucket, key).bytes).toString('utf8');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw invalid(`S3 error: ${error.message} (${error.code}), for the template at ${url}`);
  }
}

function parsedUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw invalid(`TemplateURL must be a supported URL, not ${url}`);
  }
}

function read(text: string): unknown {
  try {
    return parse(text, { schema: 'core', maxAliasCount: -1 });
  } catch (error) {
    if (error instanceof YAMLParseError) throw invalid(`Template format error: ${error.message}`);
    throw error;
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}
