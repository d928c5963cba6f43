import type { RaftAge } from '../observe/observation.ts';
import type { Recovery } from '../plan/records.ts';
import { managerIds } from '../plan/recovery.ts';
import { instancesInOrder, isLive, type PlanInput, probeOf } from '../plan/world.ts';
import { OperateError } from './errors.ts';
import { logDecision, type Operator } from './operator.ts';
import { wake } from './proposal.ts';
import { look, type Situation } from './situation.ts';

/** A manager whose state a new Swarm could go on from. */
export interface Candidate {
  readonly logicalId: string;
  readonly instanceId: string;
  /** `undefined`: it can't be told. */
  readonly raftAge: RaftAge | undefined;
}

/** What a recovery would do. Nothing is done yet. */
export interface RecoveryProposal {
  /** The Swarm's id: whoever wants the recovery types it. */
  readonly clusterId: string;
  readonly survivor: string;
  /** Newest state first. */
  readonly candidates: readonly Candidate[];
  /** Managers whose machines are ended and whose state is given up. */
  readonly givenUp: readonly string[];
  /** What speaks against it. */
  readonly warnings: readonly string[];
}

/**
 * With the quorum lost for good: proposes the manager with the newest Raft state, or looks at the one that is named.
 * @throws OperateError `QuorumIsThere`, `CanNotRecover`, `NoSuchSurvivor`
 */
export async function proposeRecovery(operator: Operator, survivor?: string): Promise<RecoveryProposal> {
  const situation = await look(operator, { ask: true });
  const { input, view } = situation;
  const managers = managerIds(input);
  const declared = [...managers.declared];
  if (view.kind === 'quorum') {
    const found = `${view.witnesses.length} of ${view.voters.length} managers work and agree on a leader: nothing is lost`;
    throw new OperateError('QuorumIsThere', found, 'See `everswarm status` for what else is amiss.');
  }
  if (view.kind === 'split') {
    const found = `the machines are in different Swarms: ${view.clusterIds.join(', ')}`;
    throw new OperateError('CanNotRecover', found, 'End the machines of the wrong one by hand first.');
  }
  const candidates = candidatesOf(situation, declared);
  const [newest] = candidates;
  const clusterId = view.kind === 'noQuorum' ? view.clusterId : input.records.genesis?.clusterId;
  if (newest === undefined || clusterId === undefined) {
    const found =
      clusterId === undefined
        ? 'no Swarm was ever seen in this cluster'
        : 'no manager that runs and answers has the state of the Swarm on its disk';
    throw new OperateError(
      'CanNotRecover',
      found,
      'See `everswarm status`; machines that are gone come back by themselves.',
    );
  }
  const chosen = survivor === undefined ? newest : candidates.find(({ logicalId }) => logicalId === survivor);
  if (chosen === undefined) {
    const found = `${survivor} is no manager that runs, answers and has state on its disk`;
    const remedy = `Choose one of: ${candidates.map(({ logicalId }) => logicalId).join(', ')}.`;
    throw new OperateError('NoSuchSurvivor', found, remedy);
  }
  const givenUp = declared.filter((logicalId) => logicalId !== chosen.logicalId);
  return {
    clusterId,
    survivor: chosen.logicalId,
    candidates,
    givenUp,
    warnings: warningsOf(input, candidates, chosen, { givenUp, dropped: droppedOf(input, managers) }),
  };
}

/**
 * Commands the recovery. The planner makes sure once more, ends the others' machines, marks their disks, and only then has
 * the survivor begin a new Swarm.
 * @param confirmation what was typed: the Swarm's id
 * @throws OperateError `NotConfirmed`, `RecoveryUnderWay`
 */
export async function requestRecovery(
  operator: Operator,
  { survivor, clusterId }: Pick<RecoveryProposal, 'survivor' | 'clusterId'>,
  confirmation: string,
): Promise<Recovery> {
  if (confirmation.trim() !== clusterId) {
    const found = 'what was typed is not the id of the Swarm; nothing was commanded';
    throw new OperateError('NotConfirmed', found, `Type ${clusterId} to confirm.`);
  }
  const { store, clock, by } = operator;
  const wanted: Recovery = { survivor, clusterId, by, requestedAt: clock.now() };
  const inForce = await store.requestRecovery(wanted);
  if (inForce.survivor !== survivor || inForce.clusterId !== clusterId) {
    const found = `${inForce.by} commanded a recovery from ${inForce.survivor} already, and it is not over`;
    throw new OperateError('RecoveryUnderWay', found, 'See `everswarm status` for how far it is.');
  }
  await logDecision(operator, {
    name: 'recover',
    subject: survivor,
    reason: `the Swarm ${clusterId} is to go on from it alone`,
  });
  await wake(operator);
  return inForce;
}

/** Managers that are declared no longer and have a machine still, or a disk that is not marked. */
function droppedOf(input: PlanInput, { declared, all }: ReturnType<typeof managerIds>): readonly string[] {
  const { instances, volumes } = input.observation;
  const there = new Set([
    ...instances.filter(({ state }) => state !== 'terminated').map(({ logicalId }) => logicalId),
    ...volumes.filter(({ mark }) => mark === undefined).map(({ logicalId }) => logicalId),
  ]);
  return [...all].filter((logicalId) => !declared.has(logicalId) && there.has(logicalId));
}

function candidatesOf({ input }: Situation, declared: readonly string[]): readonly Candidate[] {
  return instancesInOrder(input)
    .flatMap((one): Candidate[] => {
      const { id, logicalId } = one;
      const answer = probeOf(input, id);
      if (logicalId === undefined || !declared.includes(logicalId) || !isLive(one)) return [];
      if (answer?.kind !== 'answered' || answer.probe.raftState !== 'present') return [];
      return [{ logicalId, instanceId: id, raftAge: answer.probe.raftAge }];
    })
    .sort(byAge);
}

/** The highest log index is what counts: the clock of a machine may be wrong. */
function byAge(a: Candidate, b: Candidate): number {
  const index = (b.raftAge?.index ?? -1) - (a.raftAge?.index ?? -1);
  return index !== 0 ? index : (b.raftAge?.writtenAt ?? 0) - (a.raftAge?.writtenAt ?? 0);
}

function warningsOf(
  input: PlanInput,
  candidates: readonly Candidate[],
  chosen: Candidate,
  { givenUp, dropped }: { readonly givenUp: readonly string[]; readonly dropped: readonly string[] },
): readonly string[] {
  const warnings: string[] = [];
  const [newest] = candidates;
  if (newest !== undefined && newest !== chosen && byAge(newest, chosen) < 0) {
    warnings.push(`${newest.logicalId} has newer state than ${chosen.logicalId}: what was written since is lost`);
  }
  if (chosen.raftAge === undefined) warnings.push(`how new the state of ${chosen.logicalId} is can't be told`);
  if (dropped.length > 0) {
    const [are, their] = dropped.length === 1 ? ['is', 'its'] : ['are', 'their'];
    warnings.push(
      `${dropped.join(', ')} ${are} declared no longer, and ${are} given up as well: ${their} state would come back beside the new Swarm`,
    );
  }
  const disks = [...givenUp, ...dropped].filter((logicalId) =>
    input.observation.volumes.some((volume) => volume.logicalId === logicalId && volume.mark === undefined),
  );
  if (disks.length > 0) {
    warnings.push(
      `${disks.join(', ')} still ${disks.length === 1 ? 'has a disk' : 'have disks'}: with ${disks.length === 1 ? 'its machine' : 'their machines'} back the quorum may come back by itself, and nothing is lost`,
    );
  }
  return warnings;
}
