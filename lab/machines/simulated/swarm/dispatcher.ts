import type { Span } from '../../../sim/random.ts';
import { type Engine, type Participant, participant } from './engine.ts';
import { changeNode, type NodeRecord, type SwarmState } from './log.ts';
import { append, hasQuorum, leaders } from './raft.ts';
import { canReach, type World } from './world.ts';

/** The leader's side of the nodes' heartbeats: who is ready, who is down, and since when. */
export function settleNodes(world: World): void {
  for (const leader of leaders(world)) {
    for (const node of leader.raft.head.state.nodes.values()) settleNode(world, leader, node);
  }
}

function settleNode(world: World, leader: Participant, node: NodeRecord): void {
  const key = `node ${node.id}`;
  const engine = agentOf(world, leader, node);
  if (engine === undefined) {
    if (node.state === 'down') forget(leader, key);
    else plan(world, leader, key, 'down', timeToDown(world, leader, node), (state) => lost(state, node.id));
    return;
  }
  if (node.state === 'ready' && node.run === engine.run) {
    if (node.engineLabels === engine.labels) forget(leader, key);
    else reportLabels(world, leader, node, engine);
    return;
  }
  plan(world, leader, key, `ready ${engine.run}`, world.figures.register, (state) =>
    changeNode(state, node.id, {
      state: 'ready',
      run: engine.run,
      hostname: engine.hostname,
      address: engine.address,
      engineLabels: engine.labels,
      message: '',
    }),
  );
}

/** A running engine tells of its labels every so often only. */
function reportLabels(world: World, leader: Participant, { id }: NodeRecord, engine: Engine): void {
  plan(world, leader, `node ${id}`, 'labels', world.figures.nodeReport, (state) =>
    changeNode(state, id, { engineLabels: engine.labels }),
  );
}

function lost(state: SwarmState, nodeId: string): SwarmState {
  return changeNode(state, nodeId, { state: 'down', message: 'heartbeat failure' });
}

/** Of two machines with one identity (a copied disk) the one that registered stays; the other is refused. */
export function agentOf(world: World, leader: Participant, node: NodeRecord): Engine | undefined {
  let found: Engine | undefined;
  for (const engine of world.engines.values()) {
    if (engine.process !== 'up' || engine.local !== 'active') continue;
    if (engine.disk.swarm?.nodeId !== node.id || !canReach(world, engine, leader.engine)) continue;
    // A manager's agent starts after its Raft.
    if (engine.disk.swarm.raft !== undefined && engine.voter === undefined) continue;
    if (found === undefined || engine.run === node.run) found = engine;
  }
  return found;
}

function timeToDown(world: World, leader: Participant, node: NodeRecord): Span {
  const { figures } = world;
  if (node.state === 'unknown') return figures.unknownDown;
  const isManager = [...leader.raft.head.state.members.values()].some(({ nodeId }) => nodeId === node.id);
  return isManager ? figures.managerDown : figures.workerDown;
}

/** Lets a change be written later, unless it is called off or another aim takes its place. */
export function plan(
  world: World,
  leader: Participant,
  key: string,
  aim: string,
  time: Span,
  change: (state: SwarmState) => SwarmState,
): void {
  const pending = leader.voter.tenure?.pending;
  const before = pending?.get(key);
  if (pending === undefined || before?.aim === aim) return;
  before?.timer.cancel();
  const timer = world.timers.after(world.draw(time), () => {
    pending.delete(key);
    if (leader.voter.role === 'leader' && hasQuorum(world, leader)) {
      const changed = change(leader.raft.head.state);
      if (changed !== leader.raft.head.state) append(world, leader, `${key} ${aim}`, () => changed);
    }
    world.settle();
  });
  pending.set(key, { aim, timer });
}

function forget(leader: Participant, key: string): void {
  const pending = leader.voter.tenure?.pending;
  pending?.get(key)?.timer.cancel();
  pending?.delete(key);
}

/** A stopping engine says goodbye: its node is down at once. */
export function sayGoodbye(world: World, engine: Engine): void {
  const nodeId = engine.disk.swarm?.nodeId;
  const own = participant(engine);
  if (nodeId === undefined || engine.local !== 'active' || own?.voter.role === 'leader') return;
  for (const leader of leaders(world)) {
    if (!leader.raft.head.state.nodes.has(nodeId) || !canReach(world, engine, leader.engine)) continue;
    append(world, leader, `node ${nodeId} left`, (state) => changeNode(state, nodeId, { state: 'down' }));
  }
}
