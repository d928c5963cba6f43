import type { CredentialBook } from '../credentials.ts';
import { instanceAt } from '../ec2/directory.ts';
import type { Ec2World } from '../ec2/world.ts';
import { hex } from '../ids.ts';
import type { ServiceRequest, ServiceResponse } from '../service.ts';
import { credentialsOf, type MetadataNode, metadataTree } from './tree.ts';

/** Versions that are listed; any date is answered as `latest` is. */
const VERSIONS = ['2021-03-23', '2021-07-15', 'latest'] as const;

/** Seconds. Source: EC2 User Guide, "Use the Instance Metadata Service": 1 to 21600. */
const LONGEST_TOKEN = 21_600;

/** Instance metadata, version 2 only: every read needs a token that this instance got by a PUT. */
export function createImds(world: Ec2World, book: CredentialBook) {
  const { clock, random } = world.context;
  const tokens = new Map<string, { readonly instanceId: string; readonly expiresAt: number }>();
  const credentials = credentialsOf(world, book);

  function newToken(instanceId: string, request: ServiceRequest): ServiceResponse {
    const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (request.headers['x-forwarded-for'] !== undefined) return plain(403, 'Forbidden');
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_TOKEN) return plain(400, 'Bad Request');
    for (const [old, { expiresAt }] of tokens) if (expiresAt <= clock.now()) tokens.delete(old);
    const token = hex(random, 56);
    tokens.set(token, { instanceId, expiresAt: clock.now() + seconds * 1000 });
    return plain(200, token, { 'x-aws-ec2-metadata-token-ttl-seconds': String(seconds) });
  }

  function permitted(instanceId: string, request: ServiceRequest): boolean {
    const token = tokens.get(request.headers['x-aws-ec2-metadata-token'] ?? '');
    return token !== undefined && token.instanceId === instanceId && token.expiresAt > clock.now();
  }

  /** `source`: the private address that the machine speaks from. */
  return function answer(source: string, request: ServiceRequest): ServiceResponse {
    const instanceId = instanceAt(world, source);
    const instance = instanceId === undefined ? undefined : world.instances.get(instanceId);
    if (instance === undefined) return plain(404, 'Not Found');
    const path = request.path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    const [version, ...rest] = path;
    if (request.method === 'PUT') {
      return rest.join('/') === 'api/token' ? newToken(instance.id, request) : plain(404, 'Not Found');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Method Not Allowed');
    if (!permitted(instance.id, request)) return plain(401, 'Unauthorized');
    if (version === undefined) return plain(200, VERSIONS.join('\n'));
    if (version !== 'latest' && !/^\d{4}-\d{2}-\d{2}$/.test(version)) return plain(404, 'Not Found');
    return read(metadataTree(world, instance, credentials), rest);
  };
}

function read(root: MetadataNode, path: readonly string[]): ServiceResponse {
  let node: MetadataNode | undefined = root;
  for (const name of path) {
    node = typeof node === 'object' && Object.hasOwn(node, name) ? node[name] : undefined;
    if (node === undefined) return plain(404, 'Not Found');
  }
  if (typeof node === 'string') return plain(200, node);
  if (typeof node === 'function') return plain(200, node());
  return plain(200, listing(node));
}

/** Directories end in a slash, as the crawlers of cloud-init expect; the list of roles does not. */
function listing(tree: Exclude<MetadataNode, string | (() => string)>): string {
  return Object.entries(tree)
    .map(([name, child]) => (typeof child === 'object' ? `${name}/` : name))
    .join('\n');
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): ServiceResponse {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}
