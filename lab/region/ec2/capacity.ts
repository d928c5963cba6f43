import { ServiceError } from '../protocol/service-error.ts';
import type { Ec2World } from './world.ts';

/**
 * How many instances of a launch a zone has room for: all, as long as nobody set a limit.
 * With room for at least `least` it is as many as there is room for, else nothing is launched.
 * Source: EC2 API Reference, RunInstances, `MaxCount` and `MinCount`.
 * @throws ServiceError `InsufficientInstanceCapacity`
 */
export function roomFor(
  world: Ec2World,
  zone: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const room = world.room.get(zone);
  if (room === undefined || room >= most) return most;
  if (room >= least) return room;
  throw new ServiceError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient capacity in the Availability Zone you requested (${zone}): ${least} instances at the least were asked for, ${room} can be launched.`,
    500,
  );
}

/** @param instances positive: so many were launched; negative: so many are gone */
export function takeRoom(world: Ec2World, zone: string, instances: number): void {
  const room = world.room.get(zone);
  if (room !== undefined) world.room.set(zone, room - instances);
}
