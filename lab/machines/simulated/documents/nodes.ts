import { DRAINED_LABEL, STOPPING_LABEL } from '../../../../lib/names.ts';
import { read } from '../swarm/client.ts';
import type { Engine } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import { demote, promote, remove, updateNode } from '../swarm/membership.ts';
import { done, failedBy, isOutcome, type Outcome, type Script, workingManager } from './document.ts';

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
    // Where a person has paused or drained it, that is the person's.
    await updateNode(world, engine, node, 'drained', ({ availability, labels }) => {
      if (availability === 'drain') return undefined;
      if (availability !== 'active') return { availability: 'drain' };
      return { availability: 'drain', labels: { ...labels, [DRAINED_LABEL]: script.parameter('fence') } };
    });
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

/** `node-activate`: ends a drain of ours, and no other. */
export function nodeActivate(script: Script): Promise<Outcome> {
  const node = script.parameter('node');
  return asManager(script, `${node} is active`, (engine) =>
    updateNode(script.world, engine, node, 'activated', ({ availability, labels }) => {
      const { [DRAINED_LABEL]: drained, [STOPPING_LABEL]: stopping, ...rest } = labels;
      if (availability === 'active' && drained === undefined && stopping === undefined) return undefined;
      if (availability !== 'active' && drained === undefined) {
        throw new SwarmError('Refused', `the node is set to ${availability}, and not by the controller`);
      }
      return { availability: 'active', labels: rest };
    }),
  );
}

/** `node-promote` */
export function nodePromote(script: Script): Promise<Outcome> {
  const node = script.parameter('node');
  return asManager(script, `${node} is a manager`, (engine) => promote(script.world, engine, node));
}

/** For what can't be had of a node that is gone: anything but a manager with a quorum fails. */
async function asManager(
  script: Script,
  found: string,
  act: (engine: Engine) => Promise<void>,
  outcomeOf: (error: unknown) => Outcome = failedBy,
): Promise<Outcome> {
  const engine = workingManager(script);
  if (isOutcome(engine)) return engine;
  try {
    await act(engine);
    return done(found);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** A node that is not there any more is what was wanted. */
function onNode(script: Script, found: string, act: (engine: Engine) => Promise<void>): Promise<Outcome> {
  return asManager(script, found, act, (error) =>
    error instanceof SwarmError && error.code === 'NotFound' ? done(`${found}: it is gone`) : failedBy(error),
  );
}
