import { randomText } from '../../../sim/random.ts';
import { answers, mustAnswer, write } from './client.ts';
import { type Engine, type Participant, startVoting } from './engine.ts';
import { SwarmError } from './errors.ts';
import { after, type NodeRecord, put, type SwarmState } from './log.ts';
import { append, becomeLeader, hasQuorum, leaderOf } from './raft.ts';
import { canReach, engineAt, type World } from './world.ts';

const HOUR = 3600_000;
const WORD = '0123456789abcdefghijklmnopqrstuvwxyz';

/** `docker swarm init --advertise-addr <own address>`. @throws SwarmError */
export async function init(world: World, engine: Engine): Promise<void> {
  mustBeFree(engine);
  await world.clock.sleep(world.draw(world.figures.init));
  mustBeFree(engine);
  const clusterId = world.newId();
  const nodeId = world.newId();
  const raftId = randomText(world.random, 16, '0123456789abcdef');
  const now = world.clock.now() + engine.clockSkew;
  const state: SwarmState = {
    clusterId,
    members: new Map([[raftId, { raftId, nodeId, address: engine.address }]]),
    removed: new Set(),
    nodes: new Map([[nodeId, nodeRecord(engine, nodeId, 'manager')]]),
    services: new Map(),
    tasks: new Map(),
    secrets: new Map(),
    configs: new Map(),
    tokens: { manager: newToken(world, clusterId), worker: newToken(world, clusterId) },
    authorityFrom: now - HOUR,
    lockKey: undefined,
  };
  const head = after(undefined, 1, 'init', state);
  const certificateEnds = now + world.figures.certificateLife;
  const raft = { raftId, term: 1, head, changedAt: world.clock.now() };
  engine.disk.swarm = {
    nodeId,
    clusterId,
    address: engine.address,
    certificateEnds,
    lockKey: undefined,
    joining: undefined,
    raft,
  };
  engine.local = 'active';
  const voter = startVoting(world, engine);
  becomeLeader(world, { engine, voter, raft });
  world.settle();
}

/** `docker swarm join-token --rotate <role>`: the former token is refused from then on. @throws SwarmError */
export async function rotateToken(world: World, via: Engine, role: 'manager' | 'worker'): Promise<void> {
  await write(world, via, `rotate the token of the role ${role}`, (state) => ({
    ...state,
    tokens: { ...state.tokens, [role]: newToken(world, state.clusterId) },
  }));
}

/**
 * `docker swarm join --token … <target>`. The token decides the role.
 * With a target that does not answer it gives up, and goes on in the background. @throws SwarmError
 */
export async function join(world: World, engine: Engine, token: string, target: string): Promise<void> {
  mustBeFree(engine);
  const { run } = engine;
  if (heard(world, engine, target) === undefined) {
    engine.background = { target, token };
    engine.local = 'pending';
    const through = () => engine.run === run && engine.voter !== undefined;
    await world.until(() => engine.run !== run || engine.background === undefined, world.figures.joinSilent);
    if (through()) return;
    throw new SwarmError(
      'Silent',
      'Timeout was reached before node joined. The attempt to join the swarm will continue in the background.',
    );
  }
  await world.clock.sleep(world.draw(world.figures.join));
  const leader = await leaderFor(world, engine, target);
  mustBeFree(engine);
  const refusal = admit(world, engine, leader, token);
  if (refusal === undefined) return;
  await world.clock.sleep(world.figures.joinRefused);
  throw refusal;
}

async function leaderFor(world: World, engine: Engine, target: string): Promise<Participant> {
  const find = () => {
    const there = heard(world, engine, target);
    const leader = there && leaderOf(there);
    return leader !== undefined && hasQuorum(world, leader) ? leader : undefined;
  };
  await world.until(() => find() !== undefined, world.figures.joinNoQuorum);
  const leader = find();
  if (leader === undefined) throw new SwarmError('NoQuorum', 'rpc error: The swarm does not have a leader.');
  return leader;
}

/** Joins that were given up by the client go on: as soon as their target answers, they are through. */
export function finishBackgroundJoins(world: World): void {
  for (const engine of world.engines.values()) {
    if (engine.background === undefined || engine.process !== 'up') continue;
    const { target, token } = engine.background;
    const there = heard(world, engine, target);
    const leader = there && leaderOf(there);
    if (leader === undefined || !hasQuorum(world, leader)) continue;
    engine.background = undefined;
    const refusal = admit(world, engine, leader, token);
    if (refusal !== undefined) {
      engine.local = 'error';
      engine.error = refusal.message;
    }
  }
}

/** A manager that answers at this address; a worker, or nothing, refuses the connection. */
function heard(world: World, engine: Engine, target: string): Engine | undefined {
  const there = engineAt(world, target);
  if (there?.voter === undefined || there === engine) return undefined;
  return canReach(world, engine, there) && answers(there) ? there : undefined;
}

/** The leader's side of a join. On refusal nothing is left behind, with one exception. */
function admit(world: World, engine: Engine, leader: Participant, token: string): SwarmError | undefined {
  const { tokens } = leader.raft.head.state;
  const role = token === tokens.manager ? 'manager' : token === tokens.worker ? 'worker' : undefined;
  if (role === undefined)
    return new SwarmError('InvalidToken', 'rpc error: A valid join token is necessary to join this cluster');
  const clocks = clocksDisagree(world, engine, leader);
  if (clocks !== undefined) return new SwarmError('Refused', clocks);

  const nodeId = world.newId();
  const record = nodeRecord(engine, nodeId, role);
  if (role === 'manager' && !canReach(world, leader.engine, engine)) {
    // The node is written before the leader tries to call back.
    append(world, leader, `failed join of ${nodeId}`, (state) =>
      withNode(state, { ...record, state: 'down', role: 'worker' }),
    );
    world.settle();
    return new SwarmError(
      'Refused',
      `rpc error: could not connect to prospective new cluster member using its advertised address: ${engine.address}:2377`,
    );
  }
  const raftId = randomText(world.random, 16, '0123456789abcdef');
  append(world, leader, `join of ${nodeId}`, (state) => {
    const next = withNode(state, record);
    if (role === 'worker') return next;
    return { ...next, members: put(next.members, raftId, { raftId, nodeId, address: engine.address }) };
  });
  const { head, term } = leader.raft;
  const now = world.clock.now();
  engine.disk.swarm = {
    nodeId,
    clusterId: head.state.clusterId,
    address: engine.address,
    certificateEnds: now + leader.engine.clockSkew + world.figures.certificateLife,
    lockKey: role === 'manager' ? head.state.lockKey : undefined,
    joining:
      role === 'manager'
        ? { target: leader.engine.address, until: now + world.draw(world.figures.joinSettles) }
        : undefined,
    raft: role === 'manager' ? { raftId, term, head, changedAt: now } : undefined,
  };
  engine.local = 'active';
  engine.error = undefined;
  if (role === 'manager') startVoting(world, engine);
  world.settle();
  return undefined;
}

/** Certificates begin an hour back on the leader's clock and end 90 days later; each side looks at its own clock. */
function clocksDisagree(world: World, engine: Engine, leader: Participant): string | undefined {
  const here = world.clock.now() + engine.clockSkew;
  const issued = world.clock.now() + leader.engine.clockSkew;
  const valid =
    here >= leader.raft.head.state.authorityFrom &&
    here >= issued - HOUR &&
    here <= issued + world.figures.certificateLife;
  return valid ? undefined : 'rpc error: x509: certificate has expired or is not yet valid';
}

function mustBeFree(engine: Engine): void {
  mustAnswer(engine);
  if (engine.disk.swarm === undefined && engine.background === undefined) return;
  throw new SwarmError(
    'AlreadyMember',
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
  );
}

function nodeRecord(engine: Engine, id: string, role: 'manager' | 'worker'): NodeRecord {
  return {
    id,
    version: 1,
    hostname: engine.hostname,
    role,
    availability: 'active',
    state: 'ready',
    address: engine.address,
    engineLabels: engine.labels,
    labels: {},
    run: engine.run,
    removableAt: 0,
    message: '',
  };
}

function withNode(state: SwarmState, node: NodeRecord): SwarmState {
  return { ...state, nodes: put(state.nodes, node.id, node) };
}

function newToken(world: World, clusterId: string): string {
  return `SWMTKN-1-${clusterId}-${randomText(world.random, 25, WORD)}`;
}
