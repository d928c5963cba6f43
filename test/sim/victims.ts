import { powerCut } from '../../lab/region/ec2/lifecycle.ts';
import type { Instance, Volume } from '../../lab/region/ec2/model.ts';
import { TAG } from '../../lib/names.ts';
import type { Dice } from './dice.ts';
import type { World } from './world.ts';

/** Cuts the machine's power. */
export function cut(world: World, { id }: Instance): void {
  void powerCut(world.region.inside.ec2, mustFind(world, id));
}

function mustFind(world: World, id: string): Instance {
  const instance = world.truth.instance(id);
  if (instance === undefined) throw new Error(`there is no instance ${id}`);
  return instance;
}

export function isManager({ tags }: Instance): boolean {
  return tags.has(TAG.logicalId);
}

/** Instances whose machines have power. */
export function running(world: World): Instance[] {
  return world.truth.live().filter(({ machine }) => machine === 'on');
}

export function ids(instances: readonly Instance[]): string {
  return instances.map(({ id }) => id).join(', ') || 'nobody';
}

/**
 * A running manager and its volume, for what takes the state of one of them: once a run, and only where its state is
 * elsewhere as well.
 */
export function managerToRob(
  world: World,
  dice: Dice,
): { readonly instance: Instance; readonly volume: Volume } | undefined {
  const instance = dice.pick(running(world).filter(isManager));
  if (instance === undefined || !mayLoseAState(world)) return undefined;
  const own = instance.tags.get(TAG.logicalId);
  const volume = world.region.inside.ec2.volumes.find(({ tags }) => tags.get(TAG.logicalId) === own);
  return volume && { instance, volume };
}

/** Once a run, and not while the number of managers changes: what is declared no longer is not brought back for its vote. */
export function mayLoseAState({ truth, lostStates }: World): boolean {
  const members = truth.state()?.members.size ?? 0;
  return lostStates.length === 0 && members >= 3 && members === truth.managerIds().length;
}
