import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { EngineProbe, MachineProbe, SwarmNode } from './observation.ts';

/** The report's form in full: `templates/README.md`. */
export type ParsedReport =
  | { readonly ok: true; readonly probe: MachineProbe }
  | { readonly ok: false; readonly reason: string };

const VERSION = 'everswarm-probe 1';

/** An empty string is how Docker says "none". */
const optionalText = z.string().transform((text) => (text === '' ? undefined : text));

const infoSchema = z.strictObject({
  version: z.string(),
  nodeId: optionalText,
  nodeAddr: optionalText,
  localState: z.enum(['inactive', 'pending', 'active', 'error', 'locked']),
  controlAvailable: z.boolean(),
  error: optionalText,
  clusterId: optionalText,
});

const nodeSchema = z.strictObject({
  id: z.string().min(1),
  version: z.int().nonnegative(),
  hostname: z.string(),
  role: z.enum(['manager', 'worker']),
  availability: z.enum(['active', 'pause', 'drain']),
  state: z.enum(['ready', 'down', 'unknown', 'disconnected']),
  addr: z.string(),
  logicalId: optionalText,
  manager: z
    .strictObject({
      reachability: z.enum(['reachable', 'unreachable', 'unknown']),
      leader: z.boolean(),
      addr: z.string(),
    })
    .nullable(),
});

/** A report of 24,000 characters that unpacks to more than this is none of ours. */
const UNPACKED_LIMIT = 4_000_000;

class ReportError extends Error {}

/**
 * Reads a probe's standard output: strictly, so that half a report or another version's is never taken for facts, and
 * totally: any text gives a probe or the reason why there is none, never an exception.
 */
export function parseProbeReport(text: string): ParsedReport {
  try {
    return { ok: true, probe: parse(text) };
  } catch (error) {
    if (error instanceof ReportError) return { ok: false, reason: error.message };
    throw error;
  }
}

function parse(text: string): MachineProbe {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const [first, ...rest] = lines;
  if (first !== VERSION) throw new ReportError(`the first line is ${shown(first ?? '')}, not "${VERSION}"`);
  if (rest.pop() !== 'end') throw new ReportError('the last line is not "end": the report was cut off');

  const facts = new Map<string, string>();
  const nodes: SwarmNode[] = [];
  for (const line of rest) {
    const space = line.indexOf(' ');
    const name = space < 0 ? line : line.slice(0, space);
    const value = space < 0 ? '' : line.slice(space + 1);
    if (name === 'node') nodes.push(swarmNode(value));
    else if (name === 'nodes-gzip') nodes.push(...unpack(value).map(swarmNode));
    else if (!FACTS.has(name)) throw new ReportError(`unknown line ${shown(line)}`);
    else if (facts.has(name)) throw new ReportError(`"${name}" is there twice`);
    else facts.set(name, value);
  }

  const fact = (name: string): string => {
    const value = facts.get(name);
    if (value === undefined) throw new ReportError(`"${name}" is missing`);
    return value;
  };
  return {
    instanceId: matched('instance', fact('instance'), /^i-[0-9a-f]{8,17}$/),
    bootId: matched('boot-id', fact('boot-id'), /^[0-9a-f-]{36}$/),
    uptimeSeconds: wholeNumber('uptime', fact('uptime')),
    clock: wholeNumber('clock', fact('clock')) * 1000,
    boot: boot(fact('boot')),
    freeBytes: fact('free') === 'none' ? undefined : wholeNumber('free', fact('free')),
    stateMounted: choice('mounted', fact('mounted'), ['yes', 'no']) === 'yes',
    raftState: choice('raft', fact('raft'), ['present', 'none']),
    certificateEnds:
      fact('certificate') === 'none' ? undefined : wholeNumber('certificate', fact('certificate')) * 1000,
    engine: engine(fact('engine'), facts.get('info')),
    nodes: listed(fact('nodes'), nodes),
  };
}

const FACTS: ReadonlySet<string> = new Set([
  'instance',
  'boot-id',
  'uptime',
  'clock',
  'boot',
  'free',
  'mounted',
  'raft',
  'certificate',
  'engine',
  'info',
  'nodes',
]);

function boot(value: string): MachineProbe['boot'] {
  if (value === 'running' || value === 'done') return { state: value };
  const failed = /^failed (.+)$/.exec(value);
  if (failed?.[1] !== undefined) return { state: 'failed', reason: failed[1] };
  throw new ReportError(`"boot" is ${shown(value)}, not running, done or failed with a reason`);
}

function engine(value: string, info: string | undefined): EngineProbe {
  if (choice('engine', value, ['up', 'down']) === 'down') {
    if (info !== undefined) throw new ReportError('"info" is there although the engine is down');
    return { state: 'down' };
  }
  if (info === undefined) throw new ReportError('"info" is missing although the engine is up');
  const { nodeAddr, ...facts } = json('info', info, infoSchema);
  return { state: 'up', ...facts, nodeAddress: nodeAddr };
}

function swarmNode(value: string): SwarmNode {
  const { addr, manager, ...facts } = json('node', value, nodeSchema);
  return {
    ...facts,
    address: addr,
    raft:
      manager === null
        ? undefined
        : { reachability: manager.reachability, leader: manager.leader, address: manager.addr },
  };
}

/** Many nodes come as gzip in base64, one JSON object a line. */
function unpack(value: string): string[] {
  let text: string;
  try {
    text = gunzipSync(Buffer.from(value, 'base64'), { maxOutputLength: UNPACKED_LIMIT }).toString('utf8');
  } catch (error) {
    throw new ReportError(`"nodes-gzip" can't be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  }
  return text.split('\n').filter((line) => line !== '');
}

/** `undefined` when the machine is no manager or could not say; half a list is refused. */
function listed(value: string, nodes: readonly SwarmNode[]): readonly SwarmNode[] | undefined {
  if (value === 'not-a-manager' || /^failed ./.test(value)) {
    if (nodes.length > 0) throw new ReportError(`${nodes.length} nodes are listed although "nodes" is ${shown(value)}`);
    return undefined;
  }
  const count = wholeNumber('nodes', /^ok (.+)$/.exec(value)?.[1] ?? value);
  if (count !== nodes.length) throw new ReportError(`"nodes" announces ${count} nodes, ${nodes.length} are listed`);
  if (new Set(nodes.map(({ id }) => id)).size !== count) throw new ReportError('a node is listed twice');
  return nodes;
}

function json<T>(name: string, value: string, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ReportError(`"${name}" is no JSON: ${shown(value)}`);
    throw error;
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ReportError(`"${name}" is not as expected: ${problems.join('; ')}`);
}

function choice<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new ReportError(`"${name}" is ${shown(value)}, not one of ${allowed.join(', ')}`);
  return found;
}

function matched(name: string, value: string, pattern: RegExp): string {
  if (!pattern.test(value)) throw new ReportError(`"${name}" is ${shown(value)}`);
  return value;
}

/** A whole number that a JavaScript number holds exactly. */
function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new ReportError(`"${name}" is ${shown(value)}, not a whole number`);
  return Number(value);
}

function shown(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
