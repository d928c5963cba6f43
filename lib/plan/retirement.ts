import type { InstanceSeen, SwarmNode } from '../observe/observation.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { LIMITS } from './limits.ts';
import { isMarked, MARK } from './marks.ts';
import { planNodeRemoval } from './membership.ts';
import { instanceIdOf, isMemberOf } from './node-owner.ts';
import { isBeingRolled } from './orders.ts';
import { endsAMachine } from './repair.ts';
import { retiredIds } from './retired.ts';
import { isHealthyVoter, mayRunTasks, type WholeView } from './swarm-view.ts';
import { compareText, instancesInOrder, isLive, type PlanInput, probeOf, volumesInOrder } from './world.ts';

/**
 * Takes away what is declared no longer, one after the other: drained, demoted, removed from the Swarm, and only then its
 * machine is ended. The volume stays, and is marked. All that is declared has to be healthy first, so that the quorum can
 * do without it; the leader goes last.
 */
export function planRetirements(input: PlanInput, draft: Draft, view: WholeView, managers: readonly Manager[]): void {
  const open = retiredIds(input).filter((logicalId) => {
    const machine = machineOf(input, logicalId);
    return machine !== undefined || view.nodes.some((node) => isMemberOf(node, logicalId));
  });
  for (const logicalId of retiredIds(input)) if (!open.includes(logicalId)) markVolumes(input, draft, logicalId);
  if (open.length === 0 || endsAMachine(draft.actions)) return;
  const isLeader = (logicalId: string) => isMemberOf(view.leader, logicalId);
  // What does not work any more goes first: it counts for the quorum all the same.
  const dead = new Set(open.filter((logicalId) => isDeadMember(input, view, logicalId)));
  const [next] = [...open].sort(
    (a, b) =>
      Number(dead.has(b)) - Number(dead.has(a)) || Number(isLeader(a)) - Number(isLeader(b)) || compareText(b, a),
  );
  if (next === undefined) return;
  // A dead voter only weighs on the quorum: the others may wait for its end.
  if (dead.has(next)) {
    retire(input, draft, view, next);
    return;
  }
  const rolled = managers.find(
    ({ occupant }) => occupant && isBeingRolled(input, occupant.group.name, occupant.instance),
  );
  if (rolled !== undefined) {
    draft.hold('retirement', next, `not while ${rolled.logicalId} is replaced: one manager at a time`);
    return;
  }
  const others = view.voters.filter((node) => !isMemberOf(node, next) && !isHealthyVoter(node));
  if (!managers.every(({ health }) => health.kind === 'healthy') || others.length > 0) {
    draft.hold('retirement', next, 'not while another manager is unwell: broken members are repaired first');
    return;
  }
  retire(input, draft, view, next);
}

function retire(input: PlanInput, draft: Draft, view: WholeView, logicalId: string): void {
  const reason = `${logicalId} is declared no longer`;
  const machine = machineOf(input, logicalId);
  const nodes = view.nodes.filter((node) => isMemberOf(node, logicalId));
  if (nodes.length === 0) {
    const ends = machine !== undefined && (isLive(machine) || machine.state === 'stopped');
    if (ends) draft.act({ kind: 'terminate', instanceIds: [machine.id], reason });
    else if (machine !== undefined) draft.wait(`${machine.id} to be gone`, logicalId);
    return;
  }
  if (machine !== undefined && !isMarked(input.records, machine.id, MARK.leaving) && isLive(machine)) {
    const suspicion = { instanceId: machine.id, symptom: MARK.leaving, since: input.now, restartedAt: undefined };
    draft.act({ kind: 'suspect', suspicion, reason });
    return;
  }
  const since = input.records.suspicions.get(machine?.id ?? '')?.since ?? 0;
  for (const node of nodes) {
    const via = isMemberOf(view.leader, logicalId) ? otherThan(view, logicalId) : view.via;
    if (via === undefined) {
      draft.hold('retirement', logicalId, 'no other manager can be given commands');
      return;
    }
    if (mayRunTasks(node) && input.now - since < LIMITS.drain) {
      draft.act({ kind: 'drainNode', nodeId: node.id, via, seconds: LIMITS.drainCall, reason });
    }
    planNodeRemoval(draft, node, via, reason);
  }
}

/** Its machine is gone or stopped, or another stands there now, or its disk is blank: the voter that is listed can't come back. */
function isDeadMember(input: PlanInput, view: WholeView, logicalId: string): boolean {
  const machine = machineOf(input, logicalId);
  if (machine === undefined || machine.state === 'stopped') return true;
  const answer = probeOf(input, machine.id);
  const isBlank = answer?.kind === 'answered' && answer.probe.raftState === 'none';
  const nodes = view.nodes.filter((node) => isMemberOf(node, logicalId));
  const isFormer = (node: SwarmNode) => node.state === 'down' && (isBlank || instanceIdOf(node) !== machine.id);
  return nodes.length > 0 && nodes.every(isFormer);
}

/** A manager that can be given commands while this one is demoted. */
function otherThan(view: WholeView, logicalId: string): string | undefined {
  return view.witnesses.find(({ nodeId }) => {
    const node = view.voters.find(({ id }) => id === nodeId);
    return node !== undefined && isHealthyVoter(node) && !isMemberOf(node, logicalId);
  })?.instanceId;
}

function machineOf(input: PlanInput, logicalId: string): InstanceSeen | undefined {
  const machines = instancesInOrder(input).filter((one) => one.logicalId === logicalId && one.state !== 'terminated');
  return machines.find(isLive) ?? machines[0];
}

function markVolumes(input: PlanInput, draft: Draft, logicalId: string): void {
  for (const volume of volumesInOrder(input)) {
    if (volume.logicalId !== logicalId || volume.mark !== undefined || volume.attachedTo !== undefined) continue;
    if (volume.state !== 'available') continue;
    const reason = `${logicalId} was removed from the cluster: its disk is kept, and marked`;
    draft.act({ kind: 'markVolume', volumeId: volume.id, logicalId, mark: 'retired', reason });
  }
}
