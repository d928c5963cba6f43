import { SWARM_ROLES, type SwarmRole, tokenParameterName } from '../../../../lib/names.ts';
import { answers, read } from '../swarm/client.ts';
import type { Engine } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import { init, join, rotateToken } from '../swarm/join.ts';
import { leave } from '../swarm/membership.ts';
import {
  done,
  EXIT,
  engineAfterBoot,
  failed,
  failedBy,
  isOutcome,
  type Outcome,
  type Script,
  workingManager,
} from './document.ts';

/** `swarm-init` */
export async function swarmInit(script: Script): Promise<Outcome> {
  const engine = await engineAfterBoot(script);
  if (isOutcome(engine)) return engine;
  if (!answers(engine)) return failed(EXIT.other, 'the engine does not say how its Swarm is');
  if (engine.local === 'active' && engine.voter !== undefined) return publish(script, engine);
  if (engine.local === 'active') return failed(EXIT.otherSwarm, 'this machine is a worker of a Swarm already');
  if (engine.local !== 'inactive' || engine.disk.swarm !== undefined) {
    return failed(
      EXIT.unsafe,
      `the disk holds state of a Swarm (${engine.local}); a second one is never begun over it`,
    );
  }
  if (!script.machine.mounted) return failed(EXIT.unsafe, 'a Swarm is not begun on a root disk');
  try {
    await init(script.world, engine);
  } catch (error) {
    return failedBy(error);
  }
  return publish(script, engine);
}

/** `publish-tokens` */
export async function publishTokens(script: Script): Promise<Outcome> {
  const engine = workingManager(script);
  return isOutcome(engine) ? engine : publish(script, engine);
}

/** `rotate-tokens` */
export async function rotateTokens(script: Script): Promise<Outcome> {
  const engine = workingManager(script);
  if (isOutcome(engine)) return engine;
  try {
    for (const role of SWARM_ROLES) await rotateToken(script.world, engine, role);
  } catch (error) {
    return failedBy(error);
  }
  return publish(script, engine);
}

async function publish({ world, host, cluster, machine }: Script, engine: Engine): Promise<Outcome> {
  try {
    const { state, leader } = await read(world, engine);
    await world.clock.sleep(world.draw(world.figures.awsCli));
    for (const role of SWARM_ROLES) {
      const name = tokenParameterName(cluster, role);
      const { instanceId } = machine.order;
      if (host.parameters.get(name, instanceId) === state.tokens[role]) continue;
      if (host.parameters.put(name, state.tokens[role], instanceId) === 'stored') continue;
      return failed(
        EXIT.other,
        `the join token of the role ${role} can't be written to ${name}: AccessDeniedException`,
      );
    }
    return done(`join tokens published, leader ${leader.engine.hostname}`);
  } catch (error) {
    return failedBy(error);
  }
}

/** `swarm-join` */
export async function swarmJoin(script: Script): Promise<Outcome> {
  const { world, host, cluster, parameter } = script;
  const role = parameter('role');
  if (!isRole(role)) return failed(EXIT.other, `role is "${role}"; it is one of ${SWARM_ROLES.join(', ')}`);
  // The AWS CLI starts while boot ends.
  const cli = world.clock.sleep(world.draw(world.figures.awsCli));
  const engine = await engineAfterBoot(script);
  if (isOutcome(engine)) return engine;
  if (!(await world.until(() => answers(engine), 20_000))) {
    return failed(EXIT.other, 'the engine does not say how its Swarm is');
  }
  const present = engine.disk.swarm?.raft !== undefined;
  switch (engine.local) {
    case 'active': {
      const is: SwarmRole = present ? 'manager' : 'worker';
      return is === role ? done(`already a ${role}`) : failed(EXIT.otherSwarm, `a ${is} of a Swarm already`);
    }
    case 'locked':
      return failed(EXIT.unsafe, 'the Swarm on this machine is locked');
    case 'inactive':
      break;
    case 'pending':
    case 'error':
      if (present) return failed(EXIT.unsafe, `Raft state (${engine.local}) is not thrown away: ${engine.error ?? ''}`);
      leave(world, engine);
  }
  await cli;
  const token = host.parameters.get(tokenParameterName(cluster, role), script.machine.order.instanceId);
  if (token === undefined) return failed(EXIT.noToken, `no join token for the role ${role} can be read`);
  return tryEach(script, engine, token);
}

async function tryEach({ world, parameter }: Script, engine: Engine, token: string): Promise<Outcome> {
  const reasons: string[] = [];
  for (const target of parameter('managers').split(',')) {
    if (target === engine.address) continue;
    try {
      await join(world, engine, token, target);
      return done(`joined at ${target}`);
    } catch (error) {
      if (!(error instanceof SwarmError)) throw error;
      reasons.push(`${target}: ${error.message}`);
      // It would go on in the background and refuse the next attempt.
      if (error.code === 'Silent') leave(world, engine);
      if (error.code === 'InvalidToken') return failedBy(error);
    }
  }
  return failed(EXIT.joinFailed, reasons.join('; '));
}

function isRole(value: string): value is SwarmRole {
  return SWARM_ROLES.some((role) => role === value);
}
