import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { SwarmNode } from './observation.ts';
import { json, ReportError } from './report-fields.ts';

/** An empty string is how Docker says "none". */
export const optionalText = z.string().transform((text) => (text === '' ? undefined : text));

const nodeSchema = z.strictObject({
  id: z.string().min(1),
  version: z.int().nonnegative(),
  hostname: z.string(),
  role: z.enum(['manager', 'worker']),
  availability: z.enum(['active', 'pause', 'drain']),
  state: z.enum(['ready', 'down', 'unknown', 'disconnected']),
  addr: z.string(),
  logicalId: optionalText,
  // Reports of former versions have neither of these.
  settings: optionalText.optional(),
  drained: optionalText.optional(),
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

/** Nodes of a `node` or a `nodes-gzip` line; `undefined`: the line is another. @throws ReportError */
export function nodesOfLine(name: string, value: string): SwarmNode[] | undefined {
  if (name === 'node') return [swarmNode(value)];
  if (name === 'nodes-gzip') return unpack(value).map(swarmNode);
  return undefined;
}

function swarmNode(value: string): SwarmNode {
  const { addr, manager, drained, settings, ...facts } = json('node', value, nodeSchema);
  return {
    ...facts,
    address: addr,
    settings,
    drainedByUs: drained !== undefined,
    tasks: undefined,
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

const tasksSchema = z.record(z.string(), z.int().nonnegative());

/** The nodes with their numbers of tasks, from the line `tasks`; without one they were not counted. @throws ReportError */
export function withTasks(nodes: readonly SwarmNode[], value: string | undefined): readonly SwarmNode[] {
  if (value === undefined) return nodes;
  const tasks = new Map(Object.entries(json('tasks', value, tasksSchema)));
  return nodes.map((node) => ({ ...node, tasks: tasks.get(node.id) ?? 0 }));
}

/** Half a list, or one in which a node is twice, is refused. @throws ReportError */
export function checkCount(nodes: readonly SwarmNode[], count: number): void {
  if (count !== nodes.length) throw new ReportError(`"nodes" announces ${count} nodes, ${nodes.length} are listed`);
  if (new Set(nodes.map(({ id }) => id)).size !== count) throw new ReportError('a node is listed twice');
}
