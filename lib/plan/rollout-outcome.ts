import { TAG } from '../names.ts';
import type { InstanceSeen } from '../observe/observation.ts';
import type { Herds } from './cattle.ts';
import { desiredHash, haltOf, isOutdated, isUnderWay, rolloutOf } from './config.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { workerHealth } from './health.ts';
import { LIMITS } from './limits.ts';
import { bearsAnother } from './membership.ts';
import { named } from './named.ts';
import type { Occupant } from './pets.ts';
import { provenAt } from './proven.ts';
import type { LaunchRecord, RolloutRecord } from './records.ts';
import type { WholeView } from './swarm-view.ts';
import {
  batchSlot,
  compareText,
  type DeclaredGroup,
  declaredGroups,
  instancesById,
  isLive,
  launchFate,
  type PlanInput,
  petSlot,
} from './world.ts';

/** A machine of a group, with the slot that it was launched for. */
interface Member {
  readonly instance: InstanceSeen;
  readonly slot: string;
}

/**
 * Says of each group whether its configuration is rolled out to the end, and is then remembered as good, or has failed:
 * a new machine that is not healthy within the group's `timeout`, or launches that fail in a row.
 * @param well ids of the machines that are healthy
 */
export function planRolloutOutcomes(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  managers: readonly Manager[],
  occupants: readonly Occupant[],
  herds: Herds,
  well: ReadonlySet<string>,
): void {
  const joinable = joinableSince(input, view, managers);
  for (const group of declaredGroups(input)) {
    const hash = desiredHash(input, group.name);
    if (hash === undefined || haltOf(input, group.name) !== undefined) continue;
    const record = rolloutOf(input, group.name);
    const members = membersOf(group, occupants, herds);
    if (record.good?.hash !== hash && isDone(input, group, members, well)) {
      const good = { version: input.committed.version, hash };
      const reason = `all ${members.length} machines of ${group.name} have the configuration ${hash} and are healthy`;
      draft.act({
        kind: 'settleRollout',
        record: { group: group.name, good, halt: undefined, resumedAt: undefined },
        reason,
      });
      continue;
    }
    const rolling =
      isUnderWay(input, group.name) || members.some(({ instance }) => isOutdated(input, group.name, instance));
    const failure = rolling ? failureOf(input, group, hash, record, well, joinable) : undefined;
    if (failure !== undefined) planFailure(input, draft, group, hash, record, failure);
  }
}

function membersOf(group: DeclaredGroup, occupants: readonly Occupant[], herds: Herds): readonly Member[] {
  const pets = occupants.filter((one) => one.group.name === group.name);
  const cattle = herds.staying.filter((one) => one.group.name === group.name);
  return [
    ...pets.map(({ instance, logicalId }) => ({ instance, slot: petSlot(logicalId) })),
    ...cattle.map(({ instance }) => ({ instance, slot: batchSlot(group.name, instance.zone) })),
  ];
}

function isDone(
  input: PlanInput,
  group: DeclaredGroup,
  members: readonly Member[],
  well: ReadonlySet<string>,
): boolean {
  const { allocation } = group.spec;
  const declared = allocation.kind === 'size' ? allocation.size : allocation.logicalIds.length;
  if (members.length !== declared) return false;
  return members.every(({ instance, slot }) => {
    if (isOutdated(input, group.name, instance) || !well.has(instance.id)) return false;
    const since = provenAt(input, slot, instance.id);
    return since !== undefined && input.now - since >= group.spec.update.healthySeconds * 1000;
  });
}

/** Why the roll-out to this configuration has failed; `undefined`: it has not. */
function failureOf(
  input: PlanInput,
  group: DeclaredGroup,
  hash: string,
  { resumedAt = 0 }: RolloutRecord,
  well: ReadonlySet<string>,
  joinable: JoinableSince,
): string | undefined {
  const { allocation } = group.spec;
  // The end of a machine at an address that is declared no longer says nothing of the configuration: we ended it ourselves.
  const slots = allocation.kind === 'size' ? undefined : new Set(allocation.logicalIds.map(petSlot));
  for (const [, record] of [...input.records.launches].sort(([a], [b]) => compareText(a, b))) {
    if (record.group !== group.name || configOf(record) !== hash || record.confirmedAt !== undefined) continue;
    if (slots?.has(record.slot) === false) continue;
    const fate = launchFate(input, record.slot);
    const failed = record.state === 'failed' || (fate.kind === 'settled' && fate.failures > record.failures);
    if (failed && record.intendedAt >= resumedAt && fate.kind === 'settled' && fate.failures >= LIMITS.failuresToHalt) {
      const last = record.lastError === undefined ? '' : ` (the last one: ${record.lastError})`;
      return `${fate.failures} launches in a row for ${record.slot} failed${last}`;
    }
    const since = Math.max(record.launchedAt ?? record.intendedAt, resumedAt);
    const due = input.now - group.spec.update.timeout * 1000;
    if (record.state !== 'launched' || since > due) continue;
    const ill = record.instanceIds.filter(
      (id) => !well.has(id) && isStanding(input, id) && joinable(id, record.slot) <= due,
    );
    if (ill.length > 0) {
      return `${named(ill)} not healthy within ${group.spec.update.timeout} s`;
    }
  }
  return undefined;
}

/** Since when a machine that is merely in no Swarm could have been joined; 0: it is not that which it lacks. */
type JoinableSince = (instanceId: string, slot: string) => number;

/**
 * A machine that is up waits for us to join it, and we wait until the managers bear another member: so its time runs only
 * while they do, and anew when one of them was replaced.
 */
function joinableSince(input: PlanInput, view: WholeView, managers: readonly Manager[]): JoinableSince {
  const slots = new Set(managers.map(({ logicalId }) => petSlot(logicalId)));
  const launches = [...input.records.launches.values()].filter((record) => slots.has(record.slot));
  const isBlank = (instanceId: string) => {
    const manager = managers.find(({ occupant }) => occupant?.instance.id === instanceId);
    if (manager !== undefined) return manager.health.kind === 'blank';
    const instance = instancesById(input).get(instanceId);
    return instance !== undefined && workerHealth(input, view, instance).kind === 'blank';
  };
  return (instanceId, slot) => {
    if (!isBlank(instanceId)) return 0;
    if (!bearsAnother(view)) return input.now;
    const others = launches.filter((record) => record.slot !== slot);
    return Math.max(0, ...others.map(({ launchedAt = 0, confirmedAt = 0 }) => Math.max(launchedAt, confirmedAt)));
  };
}

/** One that is gone is a failed launch, and another comes: EC2 lists it for an hour still. */
function isStanding(input: PlanInput, instanceId: string): boolean {
  const instance = instancesById(input).get(instanceId);
  return instance !== undefined && isLive(instance);
}

/** The configuration that was asked for is on the launch record's tags. */
function configOf({ request }: LaunchRecord): string | undefined {
  return request.tags[TAG.configHash];
}

function planFailure(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  hash: string,
  before: RolloutRecord,
  failure: string,
): void {
  const halt = { hash, by: 'controller', reason: failure, at: input.now };
  const record = { ...before, halt, resumedAt: undefined };
  if (group.spec.update.onFailure === 'rollback' && before.good !== undefined) {
    const reason = `the roll-out of ${group.name} to ${hash} failed: ${failure}; back to that of version ${before.good.version}`;
    draft.act({ kind: 'rollBack', group: group.name, toVersion: before.good.version, record, reason });
    return;
  }
  const reason = `the roll-out of ${group.name} to ${hash} failed: ${failure}; what is lost comes back as it was, nothing else is replaced`;
  draft.act({ kind: 'haltRollout', record, reason });
}
