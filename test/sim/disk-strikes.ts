import type { Damage } from '../../lab/machines/simulated/disk.ts';
import type { Volume } from '../../lab/region/ec2/model.ts';
import { dropVolume } from '../../lab/region/ec2/volumes.ts';
import { TAG } from '../../lib/names.ts';
import type { Dice } from './dice.ts';
import type { Strike } from './strikes.ts';
import { cut, managerToRob, mayLoseAState } from './victims.ts';
import type { World } from './world.ts';

const DAMAGES: readonly Damage[] = ['raft-garbage', 'certificate', 'raft-deleted'];

/** What takes the Raft state of one manager, by name. All together at most once a run: a majority of the disks stays whole. */
export const DISK_STRIKES = {
  /** A manager's volume is lost while no machine holds it. */
  'volume-lost': (world) => {
    const { ec2 } = world.region.inside;
    const state = ec2.volumes.filter(({ tags }) => tags.has(TAG.logicalId));
    // One that never held anything is not lost but missing: CloudFormation made it a moment ago.
    const isUsed = ({ id }: Volume) => world.fleet.volumes.get(id)?.format !== 'blank';
    const [free] = state.filter((one) => one.attachment === undefined && one.state === 'available' && isUsed(one));
    if (free === undefined || state.length < world.truth.managerIds().length || !mayLoseAState(world)) return undefined;
    const logicalId = free.tags.get(TAG.logicalId) ?? '';
    world.lostStates.push(logicalId);
    dropVolume(ec2, free);
    return `volume ${free.id} of ${logicalId} is lost`;
  },
  /** A manager's machine and its volume are lost together. */
  'manager-and-volume-lost': (world, dice) => {
    const robbed = managerToRob(world, dice);
    if (robbed === undefined) return undefined;
    const { instance, volume } = robbed;
    world.lostStates.push(volume.tags.get(TAG.logicalId) ?? '');
    cut(world, instance);
    volume.tags.clear();
    void dropWhenFree(world, volume);
    return `${instance.id} dies and its volume ${volume.id} is lost`;
  },
  /** A manager's machine dies, and its file system is not what it was. */
  'disk-damaged': (world, dice) => {
    const damage = dice.pick(DAMAGES) ?? 'raft-garbage';
    return onDisk(world, dice, `its disk is damaged: ${damage}`, (volumeId) => {
      world.fleet.faults.damage(volumeId, damage);
    });
  },
  'swarm-directory-deleted': (world, dice) =>
    onDisk(world, dice, 'its swarm directory is gone', (volumeId) => world.fleet.faults.eraseSwarm(volumeId)),
  /** A manager was down for so long that its certificate is no longer valid. */
  'certificate-expires': (world, dice) =>
    onDisk(world, dice, 'by the time that it is back its certificate has expired', (volumeId) => {
      const swarm = world.fleet.volumes.get(volumeId)?.swarm;
      if (swarm !== undefined) swarm.certificateEnds = 0;
    }),
} satisfies Readonly<Record<string, Strike>>;

async function dropWhenFree({ region, clock }: World, volume: Volume): Promise<void> {
  while (volume.attachment !== undefined) await clock.sleep(100);
  dropVolume(region.inside.ec2, volume);
}

function onDisk(world: World, dice: Dice, what: string, harm: (volumeId: string) => void): string | undefined {
  const robbed = managerToRob(world, dice);
  if (robbed === undefined) return undefined;
  const { instance, volume } = robbed;
  world.lostStates.push(volume.tags.get(TAG.logicalId) ?? '');
  cut(world, instance);
  harm(volume.id);
  return `${instance.id} dies; ${what} (${volume.id})`;
}
