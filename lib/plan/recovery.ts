import type { InstanceSeen } from '../observe/observation.ts';
import type { Draft } from './draft.ts';
import { LIMITS } from './limits.ts';
import { isMemberOf } from './node-owner.ts';
import type { Recovery } from './records.ts';
import { retiredIds } from './retired.ts';
import type { SwarmView } from './swarm-view.ts';
import {
  declaredGroups,
  instancesInOrder,
  isLive,
  logicalIdsOf,
  type PlanInput,
  petSlot,
  probeOf,
  volumesInOrder,
} from './world.ts';

/**
 * An operator's command to make a new Swarm from one survivor, with the quorum lost for good. Nothing else is done until it
 * is over. In this order, so that no machine with old state can ever come back beside the new Swarm: all other managers'
 * machines are ended; when they are gone, and not merely silent, their disks are marked; only then the survivor begins
 * anew. What is left of the former members is removed afterwards, and new disks join as new members.
 */
export function planRecovery(input: PlanInput, draft: Draft, view: SwarmView, recovery: Recovery): void {
  const { survivor, clusterId, requestedAt } = recovery;
  const { cluster } = input.committed.spec;
  if (view.kind === 'quorum') {
    const alone = view.voters.length === 1 && isMemberOf(view.leader, survivor);
    const reason = alone
      ? `the Swarm ${view.clusterId} goes on from ${survivor}`
      : 'there is a quorum: nothing is to be recovered, and nothing was given up';
    draft.act({ kind: 'closeRecovery', reason });
    return;
  }
  const managers = managerIds(input);
  const machines = instancesInOrder(input).filter(
    ({ state, logicalId = '' }) => state !== 'terminated' && managers.all.has(logicalId),
  );
  const own = machines.find((one) => one.logicalId === survivor && isLive(one));
  if (own === undefined || !managers.declared.has(survivor)) {
    draft.hold('recovery', survivor, `${survivor} has no machine to go on from; recover from another manager`);
    return;
  }
  for (const { id, state } of machines) {
    if (state === 'running' && probeOf(input, id) === undefined) draft.ask(id);
  }
  if (view.kind === 'notAsked') return;
  if (view.kind === 'split' || (view.kind === 'noQuorum' && view.clusterId !== clusterId)) {
    const found = view.kind === 'split' ? view.clusterIds.join(', ') : view.clusterId;
    draft.hold('recovery', cluster, `the Swarm is ${found}, and ${clusterId} was confirmed; nothing is done`);
    return;
  }
  const answer = probeOf(input, own.id);
  if (answer?.kind !== 'answered' || answer.probe.raftState !== 'present') {
    const found = answer?.kind === 'answered' ? 'holds no Raft state' : 'does not answer';
    draft.hold('recovery', survivor, `${own.id} ${found}; nothing is given up before the survivor is sure`);
    return;
  }
  const due = requestedAt + LIMITS.recovery;
  if (input.now < due) {
    draft.hold('recovery', survivor, 'looked at again before anything is given up: a leader may show itself', due);
    return;
  }
  planTheEnd(input, draft, recovery, own, machines);
}

/**
 * Logical IDs of managers, in address order. Those that are declared no longer hold state of the former Swarm as well, as
 * long as they have a machine or a disk.
 */
export function managerIds(input: PlanInput): {
  readonly declared: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
} {
  const groups = declaredGroups(input).filter(({ spec }) => spec.flavor === 'swarm-manager');
  const names = new Set(groups.map(({ name }) => name));
  const declared = new Set(groups.flatMap(({ spec }) => logicalIdsOf(spec)));
  const dropped = retiredIds(input).filter((id) => names.has(input.records.launches.get(petSlot(id))?.group ?? ''));
  return { declared, all: new Set([...declared, ...dropped]) };
}

function planTheEnd(
  input: PlanInput,
  draft: Draft,
  { survivor, clusterId, by }: Recovery,
  own: InstanceSeen,
  machines: readonly InstanceSeen[],
): void {
  const reason = `${by} has the Swarm ${clusterId} go on from ${survivor} alone`;
  const others = machines.filter(({ id }) => id !== own.id);
  const standing = others.filter(({ state }) => state !== 'shutting-down').map(({ id }) => id);
  if (standing.length > 0) draft.act({ kind: 'terminate', instanceIds: standing, reason });
  if (others.length > 0) {
    for (const { id, logicalId = id } of others) draft.wait(`${id} to be gone`, logicalId);
    return;
  }
  const managers = managerIds(input).all;
  const open = volumesInOrder(input).filter(
    ({ logicalId, mark }) =>
      logicalId !== undefined &&
      logicalId !== survivor &&
      (mark === 'retired' || (mark === undefined && managers.has(logicalId))),
  );
  for (const { id, logicalId = id } of open) {
    draft.act({ kind: 'markVolume', volumeId: id, logicalId, mark: 'stale', reason });
  }
  if (open.length > 0) return;
  draft.act({ kind: 'forceNewCluster', instanceId: own.id, logicalId: survivor, clusterId, reason });
}
