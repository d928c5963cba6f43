import { gunzipSync } from 'node:zlib';
import { type DynamoDBClient, paginateListTables, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Lab } from '../../lab/lab.ts';
import type { LogStore } from '../../lab/region/logs/log-store.ts';
import type { Region } from '../../lab/region/region.ts';
import type { AnsweredCall } from '../../lab/region/router.ts';
import type { Buckets } from '../../lab/region/s3/buckets.ts';

/** As Swarm makes them: version, digest of the root certificate, secret. */
const TOKEN = /SWMTKN-1-[0-9a-z]+-[0-9a-z]+/;
/** Long enough to hold a token. */
const BASE64 = /[A-Za-z0-9+/]{48,}={0,2}/g;
/** Text in text in text, e.g. zipped lines in base64 in a form. */
const DEPTH = 4;

export interface WatchedLab {
  readonly region: Region;
  readonly logs?: LogStore | undefined;
  readonly buckets?: Buckets | undefined;
}

export interface TokenWatch {
  /** Where a join token was seen that nobody but the machines may see, each place once. */
  sightings(): readonly string[];
  /** How many texts were searched. */
  readonly searched: number;
  stop(): void;
}

/** The same of a whole lab, with its logs and its buckets. */
export function watchTokensIn({ region, services }: Lab): TokenWatch {
  return watchTokens({ region, logs: services.logs.store, buckets: services.s3.buckets });
}

/** Reads every item of every table, so that a watch sees it as it is kept. */
export async function readTables(client: DynamoDBClient): Promise<void> {
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    for (const TableName of TableNames) {
      for await (const _ of paginateScan({ client }, { TableName }));
    }
  }
}

/**
 * Searches everything that the lab sees from now on for join tokens: requests and answers of all services, events, log
 * lines; and, when asked, what it keeps: commands with their output, user data, parameters, objects. Tables are searched
 * as they are written, and once more when somebody reads them.
 */
export function watchTokens({ region, logs, buckets }: WatchedLab): TokenWatch {
  const places = new Set<string>();
  let searched = 0;
  const search = (place: string, text: string): void => {
    searched += 1;
    if (holdsToken(text)) places.add(place);
  };
  const searchCall = (call: AnsweredCall): void => {
    const { service, action, request, response } = call;
    if (isMachinesOwn(call)) return;
    const { path, query, body, bytes } = request;
    search(`request ${service} ${action}`, `${path} ${JSON.stringify(query)} ${textOf(bytes) ?? body}`);
    search(`answer ${service} ${action}`, textOf(response.bytes) ?? response.body);
  };
  const stops = [
    region.onAnswer(searchCall),
    region.onEvent((event) => search(`event ${event['detail-type']}`, JSON.stringify(event))),
    logs?.onLine((group, { message }) => search(`log ${group}`, message)),
  ];

  function searchKept(): void {
    const { ssm, ec2 } = region.inside;
    for (const { documentName, parameters, comment, invocations } of ssm.commands.values()) {
      search(`parameters of ${documentName}`, JSON.stringify({ parameters, comment }));
      for (const { progress } of invocations.values()) {
        if (progress.state === 'ended') search(`output of ${documentName}`, `${progress.stdout} ${progress.stderr}`);
      }
    }
    for (const { id } of ec2.instances) search('user data', region.host.metadata(id)?.userData ?? '');
    for (const { name, type, versions } of ssm.parameters.values()) {
      if (type !== 'SecureString') search(`parameter ${name}`, JSON.stringify(versions));
    }
    for (const bucket of buckets?.list() ?? []) {
      for (const [key, { bytes }] of bucket.objects) search(`object ${key}`, textOf(bytes) ?? '');
    }
  }

  return {
    sightings() {
      searchKept();
      return [...places].sort();
    },
    get searched() {
      return searched;
    },
    stop() {
      for (const stop of stops) stop?.();
    },
  };
}

/** A manager that writes a token, encrypted, and a machine that reads one: what their roles may read is theirs. */
function isMachinesOwn({ service, action, principal, request }: AnsweredCall): boolean {
  if (service !== 'ssm' || principal?.kind !== 'instance') return false;
  return action === 'GetParameter' || (action === 'PutParameter' && /"Type":\s*"SecureString"/.test(request.body));
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}

/** Is there a token in the text, plain, or packed as requests and reports are: form, base64, gzip? */
export function holdsToken(text: string, depth = DEPTH): boolean {
  if (TOKEN.test(text)) return true;
  if (depth === 0) return false;
  const plain = text.includes('%') ? unescaped(text) : text;
  if (plain !== text && holdsToken(plain, depth - 1)) return true;
  return (text.match(BASE64) ?? []).some((packed) => {
    const bytes = Buffer.from(packed, 'base64');
    const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(bytes) : bytes;
    return holdsToken(unpacked.toString('latin1'), depth - 1);
  });
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** What only looks zipped is left as it is. */
function unzipped(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch {
    return bytes;
  }
}
