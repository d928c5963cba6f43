import { answers, read } from '../swarm/client.ts';
import type { Engine } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import { killEngine, startEngine, stopEngine } from '../swarm/lifecycle.ts';
import { demote, remove, setAvailability } from '../swarm/membership.ts';
import { done, EXIT, failed, failedBy, isOutcome, type Outcome, type Script, workingManager } from './document.ts';

/** `node-demote` */
export function nodeDemote(script: Script): Promise<Outcome> {
  const node = script.parameter('node');
  return onNode(script, `${node} is no manager`, (engine) => demote(script.world, engine, node));
}

/** `node-remove`: for some seconds after a demotion Swarm still takes the node for a manager. */
export function nodeRemove(script: Script): Promise<Outcome> {
  const { world } = script;
  const node = script.parameter('node');
  const end = world.clock.monotonic() + 5000;
  return onNode(script, `${node} is removed`, async (engine) => {
    for (;;) {
      try {
        return await remove(world, engine, node, true);
      } catch (error) {
        const again = error instanceof SwarmError && error.code === 'Refused' && world.clock.monotonic() < end;
        if (!again) throw error;
        await world.clock.sleep(300);
      }
    }
  });
}

/** `node-drain` */
export async function nodeDrain(script: Script): Promise<Outcome> {
  const { world } = script;
  const node = script.parameter('node');
  const seconds = Number(script.parameter('seconds'));
  let left = 0;
  const outcome = await onNode(script, `${node} is drained`, async (engine) => {
    await setAvailability(world, engine, node, 'drain');
    // From here it only looks.
    script.unlock();
    const end = world.clock.monotonic() + seconds * 1000;
    for (;;) {
      const { state } = await read(world, engine);
      left = [...state.tasks.values()].filter(({ nodeId }) => nodeId === node).length;
      if (left === 0 || world.clock.monotonic() >= end) return;
      await world.clock.sleep(500);
    }
  });
  return outcome.exitCode === 0 ? { ...outcome, stdout: `tasks ${left}\n` } : outcome;
}

/** A restart of an engine that answers, so soon after the last one, is the same command brought twice. */
const RESTARTED_LATELY = 60_000;

/** `engine-restart` */
export async function engineRestart({ world, machine, parameter }: Script): Promise<Outcome> {
  const { engine } = machine;
  const now = world.clock.now();
  const expires = parameter('expires');
  if (Math.floor((now + machine.clockSkew) / 1000) > Number(expires)) {
    return failed(EXIT.tooLate, `it was to be done by ${expires}`);
  }
  const lately = machine.restartedAt !== undefined && now - machine.restartedAt < RESTARTED_LATELY;
  if (lately && engine !== undefined && answers(engine)) return done('restarted lately');
  machine.restartedAt = now;
  if (engine === undefined) return failed(EXIT.other, 'docker.service has no disk to start on');
  if (engine.hung || engine.process === 'crash-loop') killEngine(world, engine);
  else await stopEngine(world, engine);
  await world.clock.sleep(world.draw(world.figures.engineStart));
  startEngine(world, engine);
  const up = await world.until(() => answers(engine), 30_000);
  return up ? done('the engine answers') : failed(EXIT.other, 'the engine does not answer 30 s after its restart');
}

/** A node that is not there any more is what was wanted. */
async function onNode(script: Script, found: string, act: (engine: Engine) => Promise<void>): Promise<Outcome> {
  const engine = workingManager(script);
  if (isOutcome(engine)) return engine;
  try {
    await act(engine);
    return done(found);
  } catch (error) {
    if (error instanceof SwarmError && error.code === 'NotFound') return done(`${found}: it is gone`);
    return failedBy(error);
  }
}
