import { withConfiguration } from '../act/former.ts';
import { desiredHash, haltOf, isOutdated, rolloutOf } from '../plan/config.ts';
import type { RolloutHalt, RolloutRecord } from '../plan/records.ts';
import { instancesInOrder, isLive, type PlanInput } from '../plan/world.ts';
import { OperateError } from './errors.ts';
import { groupNamed } from './groups.ts';
import { logDecision, type Operator } from './operator.ts';
import { type Proposal, propose, wake } from './proposal.ts';
import { look, memoryOf } from './situation.ts';

/** How far a group has come on the way to its declared configuration. */
export interface RolloutStatus {
  readonly group: string;
  /** `settling`: every machine is of it, and not all have been healthy for long enough. */
  readonly phase: 'done' | 'settling' | 'rolling' | 'halted';
  readonly version: number;
  readonly hash: string | undefined;
  readonly good: RolloutRecord['good'];
  readonly halt: RolloutHalt | undefined;
  /** Machines that are declared, that are there, and of these those of another configuration. */
  readonly declared: number;
  readonly live: number;
  readonly outdated: number;
}

/** From the tags of the machines; they are not asked. @throws OperateError `UnknownGroup` */
export async function rolloutStatus(operator: Operator, names?: readonly string[]): Promise<readonly RolloutStatus[]> {
  const { input } = await look(operator, { ask: false });
  const all = names ?? Object.keys(input.committed.spec.groups).sort();
  return all.map((name) => statusOf(input, groupNamed(input.committed, name).name));
}

export function statusOf(input: PlanInput, name: string): RolloutStatus {
  const { spec } = groupNamed(input.committed, name);
  const machines = instancesInOrder(input).filter((one) => one.group === name && isLive(one));
  const hash = desiredHash(input, name);
  const { good } = rolloutOf(input, name);
  const halt = haltOf(input, name);
  const outdated = machines.filter((one) => isOutdated(input, name, one)).length;
  const declared = spec.allocation.kind === 'size' ? spec.allocation.size : spec.allocation.logicalIds.length;
  const unfinished = outdated > 0 || machines.length !== declared;
  const isDone = outdated === 0 && good?.hash === hash;
  const phase = isDone ? 'done' : halt !== undefined ? 'halted' : unfinished ? 'rolling' : 'settling';
  const { version } = input.committed;
  return { group: name, phase, version, hash, good, halt, declared, live: machines.length, outdated };
}

/**
 * Halts the roll-out that is under way: nothing more is replaced, and what is lost comes back with the last good
 * configuration. It counts for this configuration only; one that is committed later is rolled out.
 * @throws OperateError `UnknownGroup`, `NothingToHalt`
 */
export async function haltRollout(operator: Operator, group: string, reason: string): Promise<RolloutStatus> {
  const [status] = await rolloutStatus(operator, [group]);
  if (status?.hash === undefined || status.phase === 'done') {
    const found = `every machine of ${group} has the declared configuration, and was healthy with it`;
    throw new OperateError('NothingToHalt', found, 'There is no roll-out to pause.');
  }
  const { store, clock, by } = operator;
  const halt = { hash: status.hash, by, reason, at: clock.now() };
  await store.decideRollout(group, halt);
  await logDecision(operator, { name: 'pause-rollout', subject: group, reason });
  await wake(operator);
  return { ...status, phase: 'halted', halt };
}

/** Has a halted roll-out go on; what failed before does not count. @throws OperateError `UnknownGroup`, `NotHalted` */
export async function resumeRollout(operator: Operator, group: string): Promise<RolloutStatus> {
  const [status] = await rolloutStatus(operator, [group]);
  if (status?.halt === undefined) {
    const found = `the roll-out of ${group} is not halted`;
    throw new OperateError('NotHalted', found, 'See `everswarm rollout status`.');
  }
  await operator.store.decideRollout(group, undefined);
  const reason = `it was halted by ${status.halt.by}: ${status.halt.reason}`;
  await logDecision(operator, { name: 'resume-rollout', subject: group, reason });
  await wake(operator);
  return { ...status, phase: status.outdated > 0 ? 'rolling' : 'settling', halt: undefined };
}

/**
 * Back to the last configuration that every machine of the group was healthy with. How many there are, and how they are
 * replaced, stays as it is declared now.
 * @throws OperateError `UnknownGroup`, `NoGoodVersion`, `NothingToUndo`
 */
export async function proposeUndo(
  operator: Operator,
  group: string,
  options: { readonly ask: boolean },
): Promise<Proposal> {
  const { committed } = await memoryOf(operator);
  const newest = groupNamed(committed, group);
  const situation = await look(operator, options);
  const { good } = rolloutOf(situation.input, group);
  if (good?.hash !== undefined && good.hash === desiredHash(situation.input, group)) {
    const found = `${group} is declared with the configuration of version ${good.version}, the last good one`;
    throw new OperateError(
      'NothingToUndo',
      found,
      'For an earlier one see `everswarm history` and `everswarm rollback`.',
    );
  }
  const former = good === undefined ? undefined : await operator.store.version(good.version);
  if (former === undefined) {
    const found = `no configuration of ${group} was ever rolled out to the end`;
    const remedy = 'See `everswarm history`, and go back to a version with `everswarm rollback <version>`.';
    throw new OperateError('NoGoodVersion', found, remedy);
  }
  const { spec, image } = groupNamed(former, group);
  const wanted = withConfiguration(situation.input.committed, group, newest.spec, { spec, image });
  return propose(situation, { spec: wanted.spec, images: wanted.images });
}
