import { notFound } from './action.ts';
import { powerCut, stop } from './lifecycle.ts';
import type { Instance, InstanceState } from './model.ts';
import { attachedTo } from './volume-attachment.ts';
import { type Ec2World, remembered } from './world.ts';

/** What the lab does to its machines past the API: the faults of a demo, and looking without being counted. */
export interface Ec2Controls {
  /** The machine dies at once, as when its host fails. Resolves when it is dead; EC2 notices by itself. @throws ServiceError */
  powerCut(instanceId: string): Promise<void>;
  /** Somebody stops the instance by hand, cleanly. @throws ServiceError */
  stopByHand(instanceId: string): void;
  /** From now on the zone has room for so many instances more; `undefined`: for all. Those that end make room. */
  setRoom(zone: string, instances: number | undefined): void;
  /** Every instance that EC2 still lists. */
  instances(): readonly InstanceSummary[];
}

export interface InstanceSummary {
  readonly instanceId: string;
  readonly state: InstanceState;
  readonly privateIp: string;
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly volumeIds: readonly string[];
}

export function ec2Controls(world: Ec2World): Ec2Controls {
  function find(instanceId: string): Instance {
    const instance = world.instances.get(instanceId);
    if (instance === undefined) throw notFound('InvalidInstanceID.NotFound', 'instance', instanceId);
    return instance;
  }
  return {
    powerCut: (instanceId) => powerCut(world, find(instanceId)),
    stopByHand: (instanceId) => stop(world, find(instanceId), 'clean'),
    setRoom(zone, instances) {
      if (instances === undefined) world.room.delete(zone);
      else world.room.set(zone, instances);
    },
    instances: () =>
      world.instances
        .filter((instance) => remembered(world, instance))
        .map(({ id, state, privateIp, zone, launchedAt, tags }) => ({
          instanceId: id,
          state,
          privateIp,
          zone,
          launchedAt,
          tags: Object.fromEntries(tags),
          volumeIds: attachedTo(world, id).map((volume) => volume.id),
        })),
  };
}
