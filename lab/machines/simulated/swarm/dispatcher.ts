import type { Span } from '../../../sim/random.ts';
import { type Engine, type Participant, participant } from './engine.ts';
import { changeNode, type NodeRecord, type SwarmState } from './log.ts';
import { append, hasQuorum, leaders } from './raft.ts';
import { canReach, type World } from './world.ts';

/** The leader's side of the nodes' heartbeats: who is ready, who is down, and since when. */
export function settleNodes(world: World): void {
  for (const leader of leaders(world)) {
    const agents = agentsOf(world);
    for (const node of leader.raft.head.state.nodes.values()) {
      settleNode(world, leader, node, chosen(world, leader, node, agents.get(node.id)));
    }
  }
}

function settleNode(world: World, leader: Participant, node: NodeRecord, engine: Engine | undefined): void {
  if (engine === undefined) {
    if (node.state === 'down') forget(leader, node);
    else plan(world, leader, keyOf(node), 'down', timeToDown(world, leader, node), (state) => lost(state, node.id));
    return;
  }
  if (node.state === 'ready' && node.run === engine.run) {
    if (node.engineLabels === engine.labels) forget(leader, node);
    else reportLabels(world, leader, node, engine);
    return;
  }
  const key = keyOf(node);
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
function reportLabels(world: World, leader: Participant, node: NodeRecord, engine: Engine): void {
  const { id } = node;
  plan(world, leader, keyOf(node), 'labels', world.figures.nodeReport, (state) =>
    changeNode(state, id, { engineLabels: engine.labels }),
  );
}

function lost(state: SwarmState, nodeId: string): SwarmState {
  return changeNode(state, nodeId, { state: 'down', message: 'heartbeat failure' });
}

/** Engines that could speak for a node, by the node's id: more than one where a disk was copied. */
function agentsOf(world: World): ReadonlyMap<string, Engine | readonly Engine[]> {
  const agents = new Map<string, Engine | readonly Engine[]>();
  for (const engine of world.engines.values()) {
    if (engine.process !== 'up' || engine.local !== 'active' || engine.disk.swarm === undefined) continue;
    // A manager's agent starts after its Raft.
    if (engine.disk.swarm.raft !== undefined && engine.voter === undefined) continue;
    const { nodeId } = engine.disk.swarm;
    const other = agents.get(nodeId);
    agents.set(nodeId, other === undefined ? engine : [other, engine].flat());
  }
  return agents;
}

/** Of two machines with one identity (a copied disk) the one that registered stays; the other is refused. */
function chosen(
  world: World,
  leader: Participant,
  node: NodeRecord,
  agents: Engine | readonly Engine[] | undefined,
): Engine | undefined {
  if (agents === undefined) return undefined;
  let found: Engine | undefined;
  for (const engine of 'disk' in agents ? [agents] : agents) {
    if (!canReach(world, engine, leader.engine)) continue;
    if (found === undefined || engine.run === node.run) found = engine;
  }
  return found;
}

/** The engine that speaks for this node. */
export function agentOf(world: World, leader: Participant, node: NodeRecord): Engine | undefined {
  return chosen(world, leader, node, agentsOf(world).get(node.id));
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

function forget(leader: Participant, node: NodeRecord): void {
  const pending = leader.voter.tenure?.pending;
  // Mostly nothing is, and this is asked for each node at each change.
  if (pending === undefined || pending.size === 0) return;
  const key = keyOf(node);
  pending.get(key)?.timer.cancel();
  pending.delete(key);
}

function keyOf({ id }: NodeRecord): string {
  return `node ${id}`;
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
