import type { SimulatedFleet } from '../../../lab/machines/simulated/fleet.ts';
import type { PlantedBug } from './planted-bug.ts';

/** Bugs in the scripts that run on the machines, and in what is done to their disks. */
export const machineBugs: readonly PlantedBug[] = [
  {
    name: 'formats-a-file-system',
    breaks: 'the boot script formats its volume at every boot, whatever is on it',
    caughtBy: ['acknowledged-is-kept', 'whole-again', 'demoted-before-joined', 'one-swarm'],
    plant: () => ({ machines: formatAlways }),
  },
  {
    name: 'stale-fence-accepted',
    breaks: 'a machine does what an older lease wants after it has served a newer one',
    caughtBy: ['stale-fence-refused'],
    faults: {
      fromTheStart: false,
      duration: 900_000,
      climates: ['commands-doubled'],
      strikes: [
        { kind: 'spec-changed', every: 45_000 },
        { kind: 'function-killed', every: 60_000 },
      ],
    },
    plant: () => ({ machines: forgetFences }),
  },
  {
    name: 'volume-of-another',
    breaks: 'a manager is given any free volume of its zone, be it of another logical ID',
    caughtBy: ['own-attachment'],
    plant: () => ({
      plan: (real) => (input) => {
        const plan = real(input);
        const { volumes } = input.observation;
        const actions = plan.actions.map((action) => {
          if (action.kind !== 'attachVolume') return action;
          const own = volumes.find(({ id }) => id === action.volumeId);
          const free = volumes.find(
            ({ id, zone, state, logicalId }) =>
              id !== own?.id && zone === own?.zone && state === 'available' && logicalId !== undefined,
          );
          return free === undefined ? action : { ...action, volumeId: free.id };
        });
        return { ...plan, actions };
      },
    }),
  },
  {
    name: 'deletes-volumes',
    breaks: 'the volume of a machine that is ended is deleted, too',
    caughtBy: ['only-its-own-calls'],
    plant: () => ({
      carry: (real) => {
        let volumeId: unknown;
        return async (service, name, input, command) => {
          const answer = await real(service, name, input, command);
          if (name === 'AttachVolume') volumeId = Reflect.get(input, 'VolumeId');
          if (name === 'TerminateInstances') await real('ec2', 'DeleteVolume', { VolumeId: volumeId }, command);
          return answer;
        };
      },
    }),
  },
];

function formatAlways(fleet: SimulatedFleet): void {
  const attach = fleet.attach.bind(fleet);
  fleet.attach = async (instanceId, volumeId) => {
    const disk = fleet.volumes.get(volumeId);
    if (disk !== undefined) Object.assign(disk, { format: 'blank', swarm: undefined });
    await attach(instanceId, volumeId);
  };
}

function forgetFences(fleet: SimulatedFleet): void {
  const boot = fleet.boot.bind(fleet);
  fleet.boot = async (order) => {
    const booting = boot(order);
    const machine = fleet.machines.get(order.instanceId);
    if (machine !== undefined) Object.defineProperty(machine, 'fence', { get: () => 0, set: () => {} });
    await booting;
  };
}
