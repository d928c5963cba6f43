import { RECOVERING_LABEL } from '../../../../lib/names.ts';
import { answers } from '../swarm/client.ts';
import type { Engine } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import { startEngine, stopEngine } from '../swarm/lifecycle.ts';
import { forceNewCluster, leave, updateNode } from '../swarm/membership.ts';
import { leaderOf } from '../swarm/raft.ts';
import { done, EXIT, engineAfterBoot, failed, isOutcome, type Outcome, type Script } from './document.ts';

/** `swarm-leave` */
export async function swarmLeave(script: Script): Promise<Outcome> {
  const { world } = script;
  const engine = await engineAfterBoot(script);
  if (isOutcome(engine)) return engine;
  if (!(await world.until(() => answers(engine), 30_000))) return putAside(script, engine);
  switch (engine.local) {
    case 'locked':
      return failed(EXIT.unsafe, 'the Swarm on this machine is locked');
    case 'active':
      if (engine.voter === undefined || leaderOf(engine) === undefined) break;
      return failed(EXIT.unsafe, 'this machine is a manager and follows a leader; demote and remove its node first');
    case 'inactive':
      return engine.disk.swarm?.raft === undefined ? done('in no Swarm') : putAside(script, engine);
    case 'pending':
    case 'error':
      break;
  }
  await world.clock.sleep(world.draw(world.figures.leave));
  leave(world, engine);
  return done('left');
}

/** State with which an engine does not start at all is moved out of its way. */
async function putAside({ world }: Script, engine: Engine): Promise<Outcome> {
  await stopEngine(world, engine);
  engine.disk.swarm = undefined;
  engine.disk.damage = undefined;
  await world.clock.sleep(world.draw(world.figures.engineStart));
  startEngine(world, engine);
  const up = await world.until(() => answers(engine), 30_000);
  return up ? done('put aside') : failed(EXIT.other, "the engine's API does not answer, even without its Swarm");
}

/** `swarm-recover` */
export async function swarmRecover(script: Script): Promise<Outcome> {
  const { world, parameter } = script;
  const engine = await engineAfterBoot(script);
  if (isOutcome(engine)) return engine;
  const { disk } = engine;
  if (disk.swarm?.raft === undefined || disk.damage === 'raft-deleted') {
    return failed(EXIT.otherSwarm, 'there is no Raft state to recover a Swarm from');
  }
  const clusterId = parameter('clusterId');
  if (disk.swarm.clusterId !== clusterId) {
    return failed(EXIT.otherSwarm, `the state is of the Swarm ${disk.swarm.clusterId}, not of ${clusterId}`);
  }
  if (!(await world.until(() => answers(engine), 30_000))) return failed(EXIT.other, 'the engine does not answer');
  const outcome = await withQuorum(script, engine, disk.swarm.nodeId);
  if (outcome !== undefined) return outcome;
  try {
    await forceNewCluster(world, engine);
    return done('recovered');
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return failed(EXIT.other, `docker swarm init --force-new-cluster: ${error.message}`);
  }
}

/** Where the Raft group takes a write there is nothing to be forced. @returns nothing when it takes none */
async function withQuorum(script: Script, engine: Engine, nodeId: string): Promise<Outcome | undefined> {
  if (engine.local !== 'active' || engine.voter === undefined) return undefined;
  try {
    await updateNode(script.world, engine, nodeId, 'recovering', ({ labels }) => ({
      labels: { ...labels, [RECOVERING_LABEL]: script.parameter('fence') },
    }));
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    if (error.code === 'NoQuorum') return undefined;
    return failed(EXIT.other, `it can't be told whether the Swarm has a quorum: ${error.message}`);
  }
  const managers = engine.disk.swarm?.raft?.head.state.members.size ?? 0;
  if (managers === 1) return done('recovered already');
  return failed(EXIT.unsafe, `the Swarm has a quorum of its ${managers} managers; there is nothing to recover`);
}
