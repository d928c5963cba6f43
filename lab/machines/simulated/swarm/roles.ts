import { randomText } from '../../../sim/random.ts';
import { agentOf, plan } from './dispatcher.ts';
import { type Participant, startVoting } from './engine.ts';
import { type NodeRecord, put, type SwarmState } from './log.ts';
import { memberOf } from './membership.ts';
import { leaders } from './raft.ts';
import { inTouch, type World } from './world.ts';

/** A node that was promoted gets a manager's certificate, and then joins the Raft group as a new member. */
export function settleRoles(world: World): void {
  for (const leader of leaders(world)) {
    const { state } = leader.raft.head;
    for (const node of state.nodes.values()) {
      if (node.role !== 'manager' || node.state !== 'ready' || memberOf(state, node.id) !== undefined) continue;
      plan(world, leader, `role of ${node.id}`, 'member', world.figures.promote, (before) =>
        admitPromoted(world, leader, before, node),
      );
    }
  }
}

function admitPromoted(world: World, leader: Participant, state: SwarmState, promoted: NodeRecord): SwarmState {
  const node = state.nodes.get(promoted.id);
  if (node === undefined || node.role !== 'manager' || memberOf(state, node.id) !== undefined) return state;
  const engine = agentOf(world, leader, node);
  if (engine?.disk.swarm === undefined || !inTouch(world, leader.engine, engine)) return state;
  const raftId = randomText(world.random, 16, '0123456789abcdef');
  const { term, head } = leader.raft;
  engine.disk.swarm.raft = { raftId, term, head, changedAt: world.clock.now() };
  startVoting(world, engine);
  return { ...state, members: put(state.members, raftId, { raftId, nodeId: node.id, address: engine.address }) };
}
