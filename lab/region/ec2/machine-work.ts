import type { Ec2World } from './world.ts';

/** Does things to one machine in the order in which they were asked for; a failure is a fault, and the next goes on. */
export function queueWork(world: Ec2World, instanceId: string, what: string, step: () => Promise<void>): Promise<void> {
  const before = world.machineWork.get(instanceId) ?? Promise.resolve();
  const done = before.then(step).catch((error: unknown) => world.background.fail(`${what} ${instanceId}`, error));
  world.machineWork.set(instanceId, done);
  world.background.run(`${what} ${instanceId}`, done);
  return done;
}
