import type { InstanceSeen, MachineProbe } from '../observe/observation.ts';
import type { LaunchRecord, Suspicion } from '../plan/records.ts';
import { batchSlot, instancesById, petSlot, probeOf } from '../plan/world.ts';
import type { GroupSpec, PinnedImage } from '../spec/spec.ts';
import type { EventRecord } from '../store/store.ts';
import { findMachine } from './find-machine.ts';
import { groupNamed } from './groups.ts';
import type { MachineSeen } from './machine-seen.ts';
import type { Operator } from './operator.ts';
import { type GroupSeen, overviewOf } from './overview.ts';
import { look, type Situation } from './situation.ts';

/** Everything that is known of one machine. */
export interface MachineDescription {
  readonly kind: 'machine';
  readonly machine: MachineSeen;
  /** What it said itself; `undefined`: it was not asked, or was silent. */
  readonly probe: Omit<MachineProbe, 'nodes' | 'nodesComplete'> | undefined;
  /** Why it was silent. */
  readonly silent: string | undefined;
  readonly configHash: string | undefined;
  readonly launch: Pick<LaunchRecord, 'slot' | 'generation' | 'state' | 'failures' | 'lastError'> | undefined;
  /** What is remembered of it from former passes. */
  readonly suspicion: Suspicion | undefined;
  /** Newest first. */
  readonly events: readonly EventRecord[];
}

/** A group as it is declared, and how it is. */
export interface GroupDescription {
  readonly kind: 'group';
  readonly seen: GroupSeen;
  readonly spec: GroupSpec;
  readonly image: PinnedImage;
  readonly events: readonly EventRecord[];
}

/** Events that are looked through, the newest; and those of them that are told. */
const LOOKED_THROUGH = 500;
const TOLD = 10;

/** @param name a group's, or any name of a machine @throws OperateError `UnknownMachine`, `WhichMachine` */
export async function describe(operator: Operator, name: string): Promise<MachineDescription | GroupDescription> {
  const [situation, log] = await Promise.all([look(operator, { ask: true }), operator.store.events(LOOKED_THROUGH)]);
  const overview = overviewOf(situation);
  const group = overview.groups.find((one) => one.name === name);
  if (group !== undefined) return groupDescription(situation, group, log);
  const machine = findMachine(overview, name);
  const asked = await askedAlso(operator, situation, machine);
  return machineDescription(asked, machine, log);
}

/** Workers are asked by nobody as long as the Swarm calls them ready: here somebody wants to know. */
async function askedAlso(
  operator: Operator,
  situation: Situation,
  { instanceId, state }: MachineSeen,
): Promise<Situation> {
  const { input } = situation;
  if (instanceId === undefined || state !== 'running' || probeOf(input, instanceId) !== undefined) return situation;
  const answers = await operator.probe([instanceId]);
  const probes = new Map([...(input.observation.probes ?? []), ...answers]);
  return { ...situation, input: { ...input, observation: { ...input.observation, probes } } };
}

function groupDescription({ input }: Situation, seen: GroupSeen, log: readonly EventRecord[]): GroupDescription {
  const { spec, image } = groupNamed(input.committed, seen.name);
  const names = [seen.name, ...seen.machines.flatMap(namesOf)];
  return { kind: 'group', seen, spec, image, events: about(log, names) };
}

function machineDescription(
  { input }: Situation,
  machine: MachineSeen,
  log: readonly EventRecord[],
): MachineDescription {
  const { instanceId = '' } = machine;
  const instance = instancesById(input).get(instanceId);
  const answer = probeOf(input, instanceId);
  const { nodes: _, nodesComplete: __, ...probe } = answer?.kind === 'answered' ? answer.probe : {};
  return {
    kind: 'machine',
    machine,
    probe: 'bootId' in probe ? probe : undefined,
    silent: answer?.kind === 'silent' ? answer.reason : undefined,
    configHash: instance?.configHash,
    launch: launchOf(input.records.launches, machine, instance),
    suspicion: input.records.suspicions.get(instanceId) ?? input.records.suspicions.get(machine.logicalId ?? ''),
    events: about(log, namesOf(machine)),
  };
}

function launchOf(
  launches: ReadonlyMap<string, LaunchRecord>,
  { logicalId, group = '' }: MachineSeen,
  instance: InstanceSeen | undefined,
): MachineDescription['launch'] {
  const record = launches.get(logicalId === undefined ? batchSlot(group, instance?.zone ?? '') : petSlot(logicalId));
  if (record === undefined) return undefined;
  if (logicalId === undefined && !record.instanceIds.includes(instance?.id ?? '')) return undefined;
  const { slot, generation, state, failures, lastError } = record;
  return { slot, generation, state, failures, lastError };
}

function namesOf({ logicalId, instanceId, node }: MachineSeen): readonly string[] {
  return [logicalId, instanceId, node?.id].filter((name) => name !== undefined);
}

/** By whole words of subject and reason: ids are long, and addresses end at a point that is none of theirs. */
function about(log: readonly EventRecord[], names: readonly string[]): readonly EventRecord[] {
  const wanted = new Set(names);
  const words = ({ subject, reason }: EventRecord) => `${subject} ${reason}`.split(/[^0-9A-Za-z.-]+/);
  return log.filter((event) => words(event).some((word) => wanted.has(word.replace(/\.$/, '')))).slice(0, TOLD);
}
