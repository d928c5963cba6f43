import type { InstanceSeen, InstanceState, SwarmNode } from '../observe/observation.ts';
import { isOutdated } from '../plan/config.ts';
import { managerHealth, workerHealth } from '../plan/health.ts';
import { MARK } from '../plan/marks.ts';
import { isMemberOf } from '../plan/node-owner.ts';
import type { MachineOrder } from '../plan/records.ts';
import { nodesByInstance } from '../plan/swarm-view.ts';
import { type DeclaredGroup, isLive } from '../plan/world.ts';
import type { Note, Notes } from './notes.ts';
import type { Situation } from './situation.ts';

/** One machine as it is shown. `instanceId` is absent where a logical ID has none. */
export interface MachineSeen {
  readonly group: string | undefined;
  readonly logicalId: string | undefined;
  readonly instanceId: string | undefined;
  readonly zone: string | undefined;
  readonly address: string | undefined;
  /** EC2's word. */
  readonly state: InstanceState | undefined;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number | undefined;
  /** Its node in the Swarm; `undefined`: it is in none, or that is not known. */
  readonly node: NodeSeen | undefined;
  /** Has it the configuration that its group is declared with? */
  readonly upToDate: boolean | undefined;
  /** Of a logical ID: its disk. */
  readonly volumeId: string | undefined;
  /**
   * `coming`: nothing but time is needed; `going`: it is on its way out; `unwell`: it runs and does not work;
   * `missing`: a logical ID without a machine; `unknown`: it was not asked.
   */
  readonly condition: 'healthy' | 'coming' | 'going' | 'unwell' | 'missing' | 'unknown';
  /** What an operator ordered of it, and is not carried out yet; a drain stands until it is withdrawn. */
  readonly order: MachineOrder | undefined;
  /** What is done with it, what holds that back, what is waited for. Most important first. */
  readonly notes: readonly Note[];
}

export interface NodeSeen extends Pick<SwarmNode, 'id' | 'role' | 'state' | 'availability' | 'tasks'> {
  readonly leader: boolean;
  readonly reachable: boolean | undefined;
}

export type MachineReader = (
  group: DeclaredGroup | undefined,
  logicalId: string | undefined,
  instance: InstanceSeen | undefined,
) => MachineSeen;

/** Puts together what is known of one machine. What is the same for all is worked out once. */
export function machineReader(situation: Situation, notes: Notes): MachineReader {
  const { input, view } = situation;
  const volumes = new Map(
    input.observation.volumes.filter(({ mark }) => mark === undefined).map((one) => [one.logicalId, one.id]),
  );
  const nodes: ReturnType<typeof nodesByInstance> = view.kind === 'quorum' ? nodesByInstance(view) : new Map();

  return (group, logicalId, instance) => {
    const own = instance === undefined ? [] : (nodes.get(instance.id) ?? []);
    const former =
      logicalId === undefined || view.kind !== 'quorum' ? [] : view.nodes.filter((node) => isMemberOf(node, logicalId));
    const node = own.find(({ state }) => state === 'ready') ?? own[0];
    const names = [logicalId, instance?.id, ...[...own, ...former].map(({ id }) => id)].filter(
      (name) => name !== undefined,
    );
    const said = notes.about(names);
    const health = conditionOf(situation, group, logicalId, instance);
    const why = health.note === undefined || said.length > 0 ? [] : [health.note];
    return {
      group: group?.name ?? instance?.group,
      logicalId,
      instanceId: instance?.id,
      zone: instance?.zone ?? zoneOf(situation, logicalId),
      address: instance?.privateIp ?? logicalId,
      state: instance?.state,
      launchedAt: instance?.launchedAt,
      node: node === undefined ? undefined : nodeSeen(node),
      upToDate: instance === undefined || group === undefined ? undefined : !isOutdated(input, group.name, instance),
      volumeId: logicalId === undefined ? undefined : volumes.get(logicalId),
      condition: health.condition,
      order: instance === undefined ? undefined : input.records.orders?.get(instance.id),
      notes: [...said, ...why, ...orderNotes(input.records.orders?.get(instance?.id ?? ''))],
    };
  };
}

function orderNotes(order: MachineOrder | undefined): readonly Note[] {
  if (order === undefined) return [];
  const what = order.what === 'replace' ? 'is to be replaced' : 'is kept drained';
  return [{ kind: 'waiting', text: `${what}, as ${order.by} ordered: ${order.reason}` }];
}

function nodeSeen({ id, role, state, availability, tasks, raft }: SwarmNode): NodeSeen {
  const reachable = raft === undefined ? undefined : raft.reachability === 'reachable';
  return { id, role, state, availability, tasks, leader: raft?.leader === true, reachable };
}

function zoneOf({ input }: Situation, logicalId: string | undefined): string | undefined {
  if (logicalId === undefined) return undefined;
  return input.observation.interfaces.find((one) => one.logicalId === logicalId)?.zone;
}

interface Judged {
  readonly condition: MachineSeen['condition'];
  readonly note?: Note;
}

const GOING: ReadonlySet<string> = new Set([MARK.leaving, MARK.rolling]);

function conditionOf(
  { input, view, asked }: Situation,
  group: DeclaredGroup | undefined,
  logicalId: string | undefined,
  instance: InstanceSeen | undefined,
): Judged {
  if (instance === undefined) return { condition: 'missing' };
  if (instance.state === 'shutting-down' || instance.state === 'stopping' || instance.state === 'terminated') {
    return { condition: 'going' };
  }
  if (instance.state === 'stopped') return { condition: 'unwell' };
  if (GOING.has(input.records.suspicions.get(instance.id)?.symptom ?? '')) {
    return { condition: 'going', note: { kind: 'waiting', text: 'it is being taken away, or replaced' } };
  }
  if (!isLive(instance) || group === undefined) return { condition: 'unknown' };
  if (instance.state === 'pending') return { condition: 'coming' };
  if (group.spec.flavor === 'vanilla') return { condition: 'healthy' };
  if (!asked) return { condition: 'unknown' };
  if (group.spec.flavor === 'swarm-worker' && view.kind !== 'quorum') return { condition: 'unknown' };
  const health =
    group.spec.flavor === 'swarm-manager'
      ? managerHealth(input, view, logicalId ?? '', instance)
      : workerHealth(input, view, instance);
  switch (health.kind) {
    case 'healthy':
      return { condition: 'healthy' };
    case 'coming':
      return { condition: 'coming', note: { kind: 'waiting', text: `waits for ${health.what}` } };
    case 'blank':
      return { condition: 'coming', note: { kind: 'waiting', text: 'waits to join the Swarm' } };
    case 'notAsked':
      return { condition: 'unknown' };
    case 'broken':
      return { condition: 'unwell', note: { kind: 'held', text: health.reason } };
    case 'demoted':
      return { condition: 'unwell', note: { kind: 'held', text: 'its node is a worker of the Swarm' } };
    case 'held':
      return { condition: 'unwell', note: { kind: 'held', text: health.reason } };
  }
}
