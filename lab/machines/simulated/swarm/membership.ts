import { mustManage, write } from './client.ts';
import type { Engine, Participant } from './engine.ts';
import { SwarmError } from './errors.ts';
import { dropRaft } from './lifecycle.ts';
import { after, changeNode, type Member, type NodeRecord, type SwarmState, without } from './log.ts';
import { becomeLeader } from './raft.ts';
import { engineAt, inTouch, type World } from './world.ts';

/** `docker node demote`. A worker already: nothing to do. @throws SwarmError */
export async function demote(world: World, via: Engine, nodeId: string): Promise<void> {
  let handover: readonly Member[] = [];
  await write(world, via, `demote ${nodeId}`, (state, leader) => {
    const node = find(state, nodeId);
    if (node.role === 'worker') return state;
    const member = memberOf(state, nodeId);
    // Promoted, and no member yet.
    if (member === undefined) return changeNode(state, nodeId, { role: 'worker' });
    mayRemove(world, leader, member);
    if (leader.raft.raftId === member.raftId) handover = [...state.members.values()];
    const next = changeNode(state, nodeId, {
      role: 'worker',
      removableAt: world.clock.now() + world.draw(world.figures.demoted),
    });
    return {
      ...next,
      members: without(state.members, member.raftId),
      removed: new Set(state.removed).add(member.raftId),
    };
  });
  if (handover.length > 0) handOver(world, handover);
}

/** A leader that demoted itself tells the others to elect anew, and is a worker from then on. */
function handOver(world: World, members: readonly Member[]): void {
  for (const { address } of members) {
    const engine = engineAt(world, address);
    const removed = engine?.disk.swarm?.raft?.head.state.removed;
    if (engine?.voter === undefined) continue;
    if (removed?.has(engine.disk.swarm?.raft?.raftId ?? '')) {
      dropRaft(world, engine);
    } else {
      // They may have begun to wait as for a leader that was lost.
      engine.voter.election?.cancel();
      engine.voter.election = undefined;
      engine.voter.leader = undefined;
      engine.voter.leaderless = { since: world.clock.now(), how: 'handover' };
    }
  }
  world.settle();
}

/** Swarm counts as reachable whoever answers at a member's address: its own safeguard is blind to a phantom. */
function mayRemove(world: World, leader: Participant, member: Member): void {
  const others = [...leader.raft.head.state.members.values()].filter(({ raftId }) => raftId !== member.raftId);
  if (others.length === 0) throw new SwarmError('Refused', 'attempting to demote the last manager of the swarm');
  const reachable = others.filter(({ address }) => {
    const there = engineAt(world, address);
    return there?.voter !== undefined && inTouch(world, leader.engine, there);
  });
  if (reachable.length < Math.floor(others.length / 2) + 1) {
    throw new SwarmError('Refused', "can't remove member from the raft: this would result in a loss of quorum");
  }
}

/** `docker node rm`. @throws SwarmError */
export async function remove(world: World, via: Engine, nodeId: string, force: boolean): Promise<void> {
  await write(world, via, `remove ${nodeId}`, (state) => {
    const node = find(state, nodeId);
    if (node.role === 'manager' || memberOf(state, nodeId) !== undefined || world.clock.now() < node.removableAt) {
      throw new SwarmError(
        'Refused',
        `node ${nodeId} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
      );
    }
    if (node.state === 'ready' && !force) {
      throw new SwarmError('Refused', `node ${nodeId} is not down and can't be removed`);
    }
    return { ...state, nodes: without(state.nodes, nodeId) };
  });
}

/** `docker node update --availability`. @throws SwarmError */
export async function setAvailability(
  world: World,
  via: Engine,
  nodeId: string,
  availability: NodeRecord['availability'],
): Promise<void> {
  await updateNode(world, via, nodeId, availability, () => ({ availability }));
}

/**
 * `docker node update`: one change of everything that is to be changed, made from the node as it is then.
 * @param change nothing when it is as wanted already
 * @throws SwarmError, also from `change`
 */
export async function updateNode(
  world: World,
  via: Engine,
  nodeId: string,
  what: string,
  change: (node: NodeRecord) => Partial<Pick<NodeRecord, 'availability' | 'labels' | 'role'>> | undefined,
): Promise<void> {
  await write(world, via, `${nodeId} ${what}`, (state) => {
    const changed = change(find(state, nodeId));
    return changed === undefined ? state : changeNode(state, nodeId, changed);
  });
}

/** `docker node promote`: the node becomes a member by itself, soon after (`roles.ts`). @throws SwarmError */
export async function promote(world: World, via: Engine, nodeId: string): Promise<void> {
  await updateNode(world, via, nodeId, 'promoted', ({ role }) =>
    role === 'manager' ? undefined : { role: 'manager' },
  );
}

export function memberOf(state: SwarmState, nodeId: string): Member | undefined {
  for (const member of state.members.values()) if (member.nodeId === nodeId) return member;
  return undefined;
}

function find(state: SwarmState, nodeId: string): NodeRecord {
  const node = state.nodes.get(nodeId);
  if (node === undefined) throw new SwarmError('NotFound', `node ${nodeId} not found`);
  return node;
}

/** `docker swarm leave --force`: forgets everything, without a word to the others. */
export function leave(world: World, engine: Engine): void {
  dropRaft(world, engine);
  engine.disk.swarm = undefined;
  engine.disk.damage = undefined;
  engine.background = undefined;
  engine.local = 'inactive';
  engine.error = undefined;
  engine.containers.clear();
  world.settle();
}

/**
 * `docker swarm init --force-new-cluster`: the Raft group is this engine alone, all others become workers in the list.
 * Those that are alive behind a partition do not know, and go on by themselves: split brain.
 * @throws SwarmError
 */
export async function forceNewCluster(world: World, engine: Engine): Promise<void> {
  mustManage(engine);
  await world.clock.sleep(world.draw(world.figures.forceNewCluster));
  mustManage(engine);
  const raft = engine.disk.swarm?.raft;
  const { voter } = engine;
  if (raft === undefined || voter === undefined)
    throw new SwarmError('NotManager', 'This node is not a swarm manager.');
  const own = raft.head.state.members.get(raft.raftId);
  if (own === undefined) throw new SwarmError('Refused', 'this manager is no member of its own group');
  const before = raft.head.state;
  const others = [...before.members.values()].filter(({ raftId }) => raftId !== raft.raftId);
  let state: SwarmState = {
    ...before,
    members: new Map([[own.raftId, { ...own, address: engine.address }]]),
    removed: new Set([...before.removed, ...others.map(({ raftId }) => raftId)]),
  };
  for (const { nodeId } of others) state = changeNode(state, nodeId, { role: 'worker', state: 'unknown' });
  if (engine.disk.swarm !== undefined) engine.disk.swarm = { ...engine.disk.swarm, address: engine.address, raft };
  raft.term += 1;
  raft.head = after(raft.head, raft.term, 'force new cluster', state);
  raft.changedAt = world.clock.now();
  voter.election?.cancel();
  voter.election = undefined;
  becomeLeader(world, { engine, voter, raft });
  world.settle();
}
