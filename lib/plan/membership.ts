import type { SwarmNode } from '../observe/observation.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { LIMITS } from './limits.ts';
import { hostOf, instanceIdOf, isMemberOf, machinesAt } from './node-owner.ts';
import type { Occupant } from './pets.ts';
import { retiredIds } from './retired.ts';
import { isHealthyVoter, nodesByInstance, type WholeView } from './swarm-view.ts';
import { instancesById, isLive, type PlanInput } from './world.ts';

/**
 * A manager whose disk came back blank is a new member: its old node, a voter that only looks alive because its address
 * answers again, is demoted and removed first (Safety 5). As long as there is one, nobody else may join or be promoted.
 * @returns true when there is one
 */
export function planFormerMembers(draft: Draft, view: WholeView, managers: readonly Manager[]): boolean {
  for (const { logicalId, occupant } of blankOnes(managers)) {
    const former = view.nodes.filter((node) => isMemberOf(node, logicalId));
    if (former.length === 0 || isAboutToShow(former, occupant)) continue;
    for (const node of former) {
      const reason = `the disk of ${logicalId} is blank: its former node ${node.id} can't come back`;
      planNodeRemoval(draft, node, view.via, reason);
    }
    return true;
  }
  return false;
}

/** Off the list; out of the Raft group before. */
export function planNodeRemoval(draft: Draft, node: SwarmNode, via: string, reason: string): void {
  if (node.raft !== undefined) draft.act({ kind: 'demoteNode', nodeId: node.id, via, reason });
  draft.act({ kind: 'removeNode', nodeId: node.id, via, reason });
}

/** Managers join one at a time. */
export function planManagerJoins(draft: Draft, view: WholeView, managers: readonly Manager[]): void {
  for (const { logicalId, occupant } of blankOnes(managers)) {
    if (view.nodes.some((node) => isMemberOf(node, logicalId))) {
      draft.wait('its node to be seen by its own engine', logicalId);
      continue;
    }
    if (!bearsAnother(view)) {
      draft.wait('the other managers to be healthy, before it joins', logicalId);
      return;
    }
    draft.act({
      kind: 'join',
      role: 'manager',
      instanceIds: [occupant.instance.id],
      managers: view.joinAddresses,
      publisher: view.via,
      reason: `${occupant.instance.id} at ${logicalId} is up and in no Swarm`,
    });
    return;
  }
}

function blankOnes(
  managers: readonly Manager[],
): readonly { readonly logicalId: string; readonly occupant: Occupant }[] {
  return managers.flatMap(({ logicalId, occupant, health }) =>
    health.kind === 'blank' && occupant !== undefined ? [{ logicalId, occupant }] : [],
  );
}

/** The Swarm lists it already, and its own engine will know it in a moment. */
function isAboutToShow(nodes: readonly SwarmNode[], { instance }: Occupant): boolean {
  return nodes.some((node) => instanceIdOf(node) === instance.id && node.state === 'ready');
}

/** With one voter more, which may fail at once, those that work now must be a majority still; or all of them work. */
export function bearsAnother({ voters }: WholeView): boolean {
  const healthy = voters.filter(isHealthyVoter).length;
  return healthy === voters.length || healthy * 2 > voters.length + 1;
}

/**
 * A declared manager whose node is a worker is promoted: it handed over its leadership to be replaced, or somebody
 * demoted it. One at a time, and with all voters healthy.
 * @returns true when there is one: no other membership is changed then
 */
export function planPromotions(draft: Draft, view: WholeView, managers: readonly Manager[]): boolean {
  const demoted = managers.flatMap(({ logicalId, health }) =>
    health.kind === 'demoted' ? [{ logicalId, node: health.node }] : [],
  );
  const [first] = demoted;
  if (first === undefined) return false;
  const { logicalId, node } = first;
  if (node.state !== 'ready') draft.wait('its node to be ready, before it becomes a manager again', logicalId);
  else if (!bearsAnother(view)) draft.wait('the other managers to be healthy, before it becomes one again', logicalId);
  else {
    const reason = `${logicalId} is declared as a manager, and its node ${node.id} is a worker`;
    draft.act({ kind: 'promoteNode', nodeId: node.id, via: view.via, reason });
  }
  return true;
}

export function planWorkerJoins(draft: Draft, view: WholeView, instanceIds: readonly string[]): void {
  for (let start = 0; start < instanceIds.length; start += LIMITS.command) {
    const some = instanceIds.slice(start, start + LIMITS.command);
    draft.act({
      kind: 'join',
      role: 'worker',
      instanceIds: some,
      managers: view.joinAddresses,
      publisher: view.via,
      reason: `${some.length === 1 ? `${some[0]} is` : `${some.length} workers are`} up and in no Swarm`,
    });
  }
}

/** Nodes of machines that are gone are removed from the list (Safety 12); never a manager, never one that is none of ours. */
export function planDeadNodes(input: PlanInput, draft: Draft, view: WholeView, managers: readonly Manager[]): void {
  const retired = retiredIds(input);
  for (const node of view.nodes) {
    if (retired.some((logicalId) => isMemberOf(node, logicalId))) continue;
    const machine = instanceIdOf(node);
    if (node.raft !== undefined) {
      const isDeclared = managers.some(({ logicalId }) => isMemberOf(node, logicalId));
      if (machine === undefined || node.logicalId === undefined || isDeclared) continue;
      const at = hostOf(node.raft.address);
      const reason = `manager ${node.id} at ${at} is not declared; demote and remove it by hand, or declare it`;
      draft.hold('undeclared-manager', at, reason);
      continue;
    }
    const why = machine === undefined ? whyRenamedDead(input, view, node) : whyDead(input, view, node, machine);
    if (why === undefined) continue;
    const name = machine === undefined ? `${node.id} (${node.hostname})` : node.id;
    draft.act({ kind: 'removeNode', nodeId: node.id, via: view.via, reason: `node ${name}: ${why}` });
  }
}

/**
 * EC2's "terminated" is sign enough, and some 12 s sooner than Swarm's "down": the tasks move on at once.
 * A machine that is merely not listed has to be down as well.
 */
function whyDead(input: PlanInput, view: WholeView, node: SwarmNode, machine: string): string | undefined {
  const instance = instancesById(input).get(machine);
  if (instance?.state === 'terminated') return `${machine} is terminated`;
  if (node.state !== 'down') return undefined;
  const successor = nodesByInstance(view)
    .get(machine)
    ?.find((other) => other.id !== node.id && other.state === 'ready');
  if (successor !== undefined) return `it is down, and ${machine} is node ${successor.id} now`;
  if (instance === undefined) return `it is down, and ${machine} is not listed any more`;
  return isLive(instance) ? undefined : `it is down, and ${machine} is ${instance.state}`;
}

/** A node whose hostname was changed by hand. Our labels say that it was one of ours, its address that nothing of it is left. */
function whyRenamedDead(input: PlanInput, view: WholeView, node: SwarmNode): string | undefined {
  const isOurs = node.settings !== undefined || node.logicalId !== undefined;
  if (node.state !== 'down' || !isOurs) return undefined;
  const successor = view.nodes.find((other) => other.state === 'ready' && other.address === node.address);
  if (successor !== undefined) return `it is down, and at its address is node ${successor.id} now`;
  const isThere = machinesAt(input, node.address).length > 0;
  return isThere ? undefined : 'it is down, and no machine of ours has its address';
}

/** All declared managers are members, reachable, and there is nobody else in the Raft group. */
export function managersWhole(view: WholeView, managers: readonly Manager[]): boolean {
  return managers.every((manager) => manager.health.kind === 'healthy') && view.voters.every(isHealthyVoter);
}
