import * as z from 'zod';
import { checkCount, nodesOfLine, optionalText, withTasks } from './node-lines.ts';
import { type PagedList, partOfList } from './node-pages.ts';
import type { EngineProbe, MachineProbe, RaftAge, SwarmNode } from './observation.ts';
import { choice, Facts, json, matched, ReportError, reportLines, shown, wholeNumber } from './report-fields.ts';

/** The report's form in full: `templates/README.md`. */
export type ParsedReport =
  | {
      readonly ok: true;
      readonly probe: MachineProbe;
      /** Where the list of nodes is too long for the report: where the rest of it is to be had. */
      readonly more: PagedList | undefined;
    }
  | { readonly ok: false; readonly reason: string };

const VERSION = 'everswarm-probe 1';

const infoSchema = z.strictObject({
  version: z.string(),
  nodeId: optionalText,
  nodeAddr: optionalText,
  localState: z.enum(['inactive', 'pending', 'active', 'error', 'locked']),
  controlAvailable: z.boolean(),
  error: optionalText,
  clusterId: optionalText,
});

const FACTS = [
  'instance',
  'boot-id',
  'uptime',
  'clock',
  'boot',
  'free',
  'mounted',
  'raft',
  'raft-age',
  'certificate',
  'engine',
  'info',
  'tasks',
  'nodes',
];

/**
 * Reads a probe's standard output: strictly, so that half a report or another version's is never taken for facts, and
 * totally: any text gives a probe or the reason why there is none, never an exception.
 */
export function parseProbeReport(text: string): ParsedReport {
  try {
    return { ok: true, ...parse(text) };
  } catch (error) {
    if (error instanceof ReportError) return { ok: false, reason: error.message };
    throw error;
  }
}

function parse(text: string): { probe: MachineProbe; more: PagedList | undefined } {
  const facts = new Facts(FACTS);
  const lines: SwarmNode[] = [];
  for (const { name, value } of reportLines(text, VERSION)) {
    const listed = nodesOfLine(name, value);
    if (listed === undefined) facts.add(name, value);
    else lines.push(...listed);
  }
  const fact = (name: string) => facts.required(name);
  const { nodes, more } = listed(fact('nodes'), lines);
  const probe = {
    instanceId: matched('instance', fact('instance'), /^i-[0-9a-f]{8,17}$/),
    bootId: matched('boot-id', fact('boot-id'), /^[0-9a-f-]{36}$/),
    uptimeSeconds: wholeNumber('uptime', fact('uptime')),
    clock: wholeNumber('clock', fact('clock')) * 1000,
    boot: boot(fact('boot')),
    freeBytes: fact('free') === 'none' ? undefined : wholeNumber('free', fact('free')),
    stateMounted: choice('mounted', fact('mounted'), ['yes', 'no']) === 'yes',
    raftState: choice('raft', fact('raft'), ['present', 'none']),
    raftAge: raftAge(facts.optional('raft-age')),
    certificateEnds:
      fact('certificate') === 'none' ? undefined : wholeNumber('certificate', fact('certificate')) * 1000,
    engine: engine(fact('engine'), facts.optional('info')),
    nodes: nodes && withTasks(nodes, facts.optional('tasks')),
    nodesComplete: more === undefined,
  };
  return { probe, more };
}

function boot(value: string): MachineProbe['boot'] {
  if (value === 'running' || value === 'done') return { state: value };
  const failed = /^failed (.+)$/.exec(value);
  if (failed?.[1] !== undefined) return { state: 'failed', reason: failed[1] };
  throw new ReportError(`"boot" is ${shown(value)}, not running, done or failed with a reason`);
}

function raftAge(value: string | undefined): RaftAge | undefined {
  if (value === undefined || value === 'none') return undefined;
  const [index = '', changed = '', ...rest] = value.split(' ');
  if (rest.length > 0) throw new ReportError(`"raft-age" is ${shown(value)}`);
  return { index: wholeNumber('raft-age', index), writtenAt: wholeNumber('raft-age', changed) * 1000 };
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

interface Listed {
  /** `undefined` when the machine is no manager or could not say. */
  readonly nodes: readonly SwarmNode[] | undefined;
  readonly more: PagedList | undefined;
}

function listed(value: string, nodes: readonly SwarmNode[]): Listed {
  if (value === 'not-a-manager' || /^failed ./.test(value)) {
    if (nodes.length > 0) throw new ReportError(`${nodes.length} nodes are listed although "nodes" is ${shown(value)}`);
    return { nodes: undefined, more: undefined };
  }
  const part = /^part (.+)$/.exec(value)?.[1];
  if (part === undefined) {
    checkCount(nodes, wholeNumber('nodes', /^ok (.+)$/.exec(value)?.[1] ?? value));
    return { nodes, more: undefined };
  }
  const { count, list } = partOfList(part);
  checkCount(nodes, count);
  return { nodes, more: list };
}
