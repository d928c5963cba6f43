import type { Clients } from './clients.ts';
import { callByWire } from './wire.ts';

/** A parameter of a call in the AWS Query protocol: lists become `<name>.member.<n>`, what is undefined is left out. */
export type QueryValue =
  | string
  | number
  | boolean
  | undefined
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

/** A service of the Query protocol for which the project has no SDK client. */
export interface QueryService {
  /** Signing name. */
  readonly name: string;
  readonly version: string;
}

/** @returns the XML of the answer @throws WireError */
export async function callByQuery(
  clients: Clients,
  { name, version }: QueryService,
  action: string,
  input: Readonly<Record<string, QueryValue>>,
): Promise<string> {
  const form = new URLSearchParams([['Action', action], ['Version', version], ...pairsOf('', input)]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return callByWire(clients.ec2, { service: name, method: 'POST', path: '/', headers, body: form.toString() });
}

function pairsOf(path: string, value: QueryValue): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object') return [[path, String(value)]];
  if (isList(value)) return value.flatMap((item, index) => pairsOf(`${path}.member.${index + 1}`, item));
  return Object.entries(value).flatMap(([name, item]) => pairsOf(path === '' ? name : `${path}.${name}`, item));
}

function isList(value: object): value is readonly QueryValue[] {
  return Array.isArray(value);
}
