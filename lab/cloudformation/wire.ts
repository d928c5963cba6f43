import { Readable } from 'node:stream';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { z } from 'zod';

/** A call to a service for which the project has no SDK client: bucket and repository of the CDK's bootstrap stack, topics. */
export interface WireCall {
  /** Signing name. */
  readonly service: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** AWS refused. Its name is the error's code, as that of SDK errors is. */
export class WireError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
    this.code = code;
  }
}

const Answer = z.object({ response: z.object({ statusCode: z.number(), body: z.unknown() }) });
const Chunk = z.union([z.instanceof(Uint8Array), z.string()]);

/**
 * Sends a call the way an SDK client sends its own, by its endpoint and its request handler, and returns the body.
 * The lab checks no signature: the header only says which service is meant, and who calls.
 *
 * @throws WireError for an answer of status 400 or more
 */
export async function callByWire({ config }: EC2Client, call: WireCall): Promise<string> {
  const { accessKeyId } = await config.credentials();
  const region = await config.region();
  const endpoint = await config.endpoint?.();
  const host = endpoint?.hostname ?? `${call.service}.${region}.amazonaws.com`;
  const request = {
    protocol: endpoint?.protocol ?? 'https:',
    hostname: host,
    ...(endpoint?.port === undefined ? {} : { port: endpoint.port }),
    method: call.method,
    path: call.path,
    query: call.query ?? {},
    headers: {
      host,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20200101/${region}/${call.service}/aws4_request, SignedHeaders=host, Signature=0`,
      ...call.headers,
    },
    body: call.body ?? '',
  };
  const sent: unknown = await config.requestHandler.handle(request);
  const { statusCode, body } = Answer.parse(sent).response;
  const text = await textOf(body);
  if (statusCode >= 400) throw errorOf(text, statusCode);
  return text;
}

async function textOf(body: unknown): Promise<string> {
  if (body === undefined || body === null) return '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  if (!(body instanceof Readable)) return String(body);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(Chunk.parse(chunk)));
  return Buffer.concat(chunks).toString('utf8');
}

/** S3 and the Query protocol speak of their errors in XML, the JSON services in JSON. */
function errorOf(text: string, status: number): WireError {
  const code = /<Code>([^<]+)<\/Code>|"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"/.exec(text);
  const message = /<Message>([^<]*)<\/Message>|"message"\s*:\s*"([^"]*)"/.exec(text);
  return new WireError(code?.[1] ?? code?.[2] ?? `HTTP${status}`, message?.[1] ?? message?.[2] ?? text);
}
