import type { Engine, Participant } from './engine.ts';
import { SwarmError } from './errors.ts';
import type { LogEntry, SwarmState } from './log.ts';
import { append, hasQuorum, leaderOf } from './raft.ts';
import type { World } from './world.ts';

/** How long a client waits for an answer, unless it says otherwise: the scripts put a `timeout` before each command. */
const PATIENCE = 15_000;

/** Does the engine answer its API? A manager without a leader does so only after a while. */
export function answers(engine: Engine): boolean {
  return engine.process === 'up' && !engine.hung && engine.apiOpen;
}

/** What a reader gets: for some seconds also from a leader that has lost its quorum. @throws SwarmError */
export async function read(
  world: World,
  engine: Engine,
  patience = PATIENCE,
): Promise<{ state: SwarmState; leader: Participant }> {
  await world.clock.sleep(world.draw(world.figures.read));
  const leader = await awaitLeader(world, engine, () => true, patience);
  return { state: leader.raft.head.state, leader };
}

/** Writes through any manager; resolves once a majority has it. @throws SwarmError, also from `change` */
export async function write(
  world: World,
  engine: Engine,
  what: string,
  change: (state: SwarmState, leader: Participant) => SwarmState,
): Promise<LogEntry> {
  await world.clock.sleep(world.draw(world.figures.write));
  const leader = await awaitLeader(world, engine, (one) => hasQuorum(world, one), PATIENCE);
  const entry = append(world, leader, what, (state) => change(state, leader));
  world.acknowledged.push({ at: world.clock.now(), entry: entry.mark });
  world.settle();
  return entry;
}

async function awaitLeader(
  world: World,
  engine: Engine,
  serves: (leader: Participant) => boolean,
  patience: number,
): Promise<Participant> {
  mustManage(engine);
  const find = () => {
    const leader = leaderOf(engine);
    return leader !== undefined && serves(leader) ? leader : undefined;
  };
  const now = find();
  if (now !== undefined) return now;
  if (hangs(world, engine) && (await world.until(() => find() !== undefined, patience))) {
    mustManage(engine);
    const then = find();
    if (then !== undefined) return then;
  }
  throw new SwarmError(
    'NoQuorum',
    "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
  );
}

/** In the first seconds without a leader a request hangs; later it fails at once. */
function hangs(world: World, { voter }: Engine): boolean {
  if (voter === undefined) return false;
  return voter.leader !== undefined || world.clock.now() - voter.leaderless.since < world.figures.hang;
}

/** @throws SwarmError */
export function mustManage(engine: Engine): void {
  mustAnswer(engine);
  if (engine.local === 'locked') throw new SwarmError('EngineDown', 'Swarm is encrypted and needs to be unlocked.');
  if (engine.voter === undefined) {
    throw new SwarmError('NotManager', `This node is not a swarm manager (state: ${engine.local}).`);
  }
}

/** @throws SwarmError */
export function mustAnswer(engine: Engine): void {
  if (!answers(engine)) throw new SwarmError('EngineDown', 'Cannot connect to the Docker daemon.');
}
