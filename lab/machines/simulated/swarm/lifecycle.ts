import { sayGoodbye } from './dispatcher.ts';
import { type Engine, type LocalState, startVoting, stopVoting } from './engine.ts';
import { leaders, participants } from './raft.ts';
import { canReach, engineAt, inTouch, type World } from './world.ts';

/** The engine's process starts, and finds its disk as it is. Nothing starts on a machine that lost its power or disk. */
export function startEngine(world: World, engine: Engine): void {
  if (engine.process !== 'down' || world.engines.get(engine.instanceId) !== engine) return;
  world.runs += 1;
  engine.run = world.runs;
  engine.process = 'up';
  engine.hung = false;
  engine.apiOpen = true;
  engine.error = undefined;
  engine.background = undefined;
  const found = findDisk(world, engine);
  if (found === 'crash-loop') {
    engine.process = 'crash-loop';
    return;
  }
  engine.local = found.local;
  engine.error = found.error;
  if (found.local === 'active' && engine.disk.swarm?.raft !== undefined) takePart(world, engine);
  world.settle();
}

function findDisk(
  world: World,
  engine: Engine,
): { readonly local: LocalState; readonly error?: string } | 'crash-loop' {
  const { disk } = engine;
  if (disk.swarm === undefined) return { local: 'inactive' };
  if (disk.damage === 'raft-deleted') return 'crash-loop';
  if (disk.damage === 'torn-tail' && world.figures.engineVersion === '20.10.24') disk.damage = undefined;
  if (disk.damage !== undefined) {
    const what =
      disk.damage === 'certificate' ? 'error loading TLS certificate' : 'error loading Raft log: unexpected EOF';
    return { local: 'error', error: what };
  }
  if (disk.swarm.lockKey !== undefined) return { local: 'locked' };
  if (world.clock.now() + engine.clockSkew > disk.swarm.certificateEnds) {
    return { local: 'error', error: 'certificate has expired or is not yet valid' };
  }
  const { joining } = disk.swarm;
  if (joining !== undefined && engineAt(world, joining.target) === undefined) {
    return {
      local: 'error',
      error: `can't initialize raft node: rpc error: dial tcp ${joining.target}:2377: no route to host`,
    };
  }
  disk.swarm.joining = undefined;
  return { local: 'active' };
}

/** Raft starts; the API stays closed until there is a leader, or for 20 s. */
function takePart(world: World, engine: Engine): void {
  const { run } = engine;
  engine.apiOpen = false;
  world.timers.after(world.draw(world.figures.raftStart), () => {
    if (!runs(engine, run) || engine.disk.swarm?.raft === undefined) return;
    startVoting(world, engine);
    world.settle();
  });
  world.timers.after(world.figures.slowApi, () => {
    if (!runs(engine, run)) return;
    engine.apiOpen = true;
    world.settle();
  });
}

function runs(engine: Engine, run: number): boolean {
  return engine.process === 'up' && engine.run === run;
}

/** The process is gone from one moment to the next: killed, or its machine lost power. */
export function killEngine(world: World, engine: Engine): void {
  if (engine.process === 'down') return;
  leaveTraces(world, engine);
  stopVoting(world, engine);
  engine.process = 'down';
  engine.apiOpen = false;
  engine.hung = false;
  engine.background = undefined;
  engine.containers.clear();
  world.settle();
}

/** SIGTERM: a worker and a follower say goodbye first. Resolves when the process is gone. */
export async function stopEngine(world: World, engine: Engine): Promise<void> {
  if (engine.process === 'down') return;
  const { run } = engine;
  const manager = engine.voter !== undefined;
  sayGoodbye(world, engine);
  if (manager) {
    leaveTraces(world, engine);
    stopVoting(world, engine);
  }
  engine.apiOpen = false;
  engine.local = 'inactive';
  world.settle();
  await world.clock.sleep(world.draw(manager ? world.figures.managerStop : world.figures.workerStop));
  if (engine.run === run) killEngine(world, engine);
}

/** What a running engine has written to its disk in the meantime. */
function leaveTraces(world: World, engine: Engine): void {
  const { swarm } = engine.disk;
  if (swarm === undefined) return;
  if (swarm.joining !== undefined && world.clock.now() >= swarm.joining.until) swarm.joining = undefined;
  renewCertificate(world, engine);
}

/** A node in touch with its leader renews its certificate long before the end, by the leader's clock. */
export function renewCertificate(world: World, engine: Engine): void {
  const { swarm } = engine.disk;
  if (swarm === undefined || engine.local !== 'active' || engine.process !== 'up') return;
  for (const { engine: leader, raft } of leaders(world)) {
    if (!raft.head.state.nodes.has(swarm.nodeId) || !canReach(world, engine, leader)) continue;
    const half = world.clock.now() + leader.clockSkew + world.figures.certificateLife / 2;
    if (swarm.certificateEnds < half) swarm.certificateEnds = half;
  }
}

/** Gives an engine with autolock its key. @returns whether it was the right one */
export function unlockEngine(world: World, engine: Engine, key: string): boolean {
  if (engine.local !== 'locked' || engine.disk.swarm?.lockKey !== key) return false;
  engine.local = 'active';
  if (engine.disk.swarm.raft !== undefined) takePart(world, engine);
  world.settle();
  return true;
}

/**
 * A manager that was removed from the group, and hears of it, is none any longer:
 * a worker if its node is still listed; else its engine tries again and again, and is `pending` or `error` by turns.
 */
export function expelRemoved(world: World): void {
  for (const { engine: leader, raft } of leaders(world)) {
    const { removed, nodes } = raft.head.state;
    for (const { engine, raft: own } of participants(world)) {
      if (!removed.has(own.raftId) || !inTouch(world, leader, engine)) continue;
      dropRaft(world, engine);
      if (nodes.has(engine.disk.swarm?.nodeId ?? '')) continue;
      engine.local = world.random() < 0.5 ? 'pending' : 'error';
      engine.error = 'rpc error: code = Unknown desc = raft: member was removed';
    }
  }
}

/** From manager to worker. */
export function dropRaft(world: World, engine: Engine): void {
  stopVoting(world, engine);
  if (engine.disk.swarm !== undefined) engine.disk.swarm.raft = undefined;
  engine.apiOpen = true;
}
