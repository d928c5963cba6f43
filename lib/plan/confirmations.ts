import type { InstanceSeen } from '../observe/observation.ts';
import type { Herds } from './cattle.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { workerHealth } from './health.ts';
import type { Occupant } from './pets.ts';
import type { WholeView } from './swarm-view.ts';
import { batchSlot, compareText, type DeclaredGroup, type PlanInput, petSlot } from './world.ts';

/** A launch whose machines are all healthy stops counting as a failure. */
export function planConfirmations(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  managers: readonly Manager[],
  occupants: readonly Occupant[],
  herds: Herds,
): void {
  const healthyManagers = new Set(
    managers.flatMap(({ occupant, health }) => (health.kind === 'healthy' && occupant ? [occupant.instance.id] : [])),
  );
  const isWell = (group: DeclaredGroup, instance: InstanceSeen): boolean => {
    switch (group.spec.flavor) {
      case 'swarm-manager':
        return healthyManagers.has(instance.id);
      case 'swarm-worker':
        return workerHealth(input, view, instance).kind === 'healthy';
      case 'vanilla':
        return instance.state === 'running';
    }
  };
  const machines = [
    ...occupants.map(({ group, instance, logicalId }) => ({ group, instance, slot: petSlot(logicalId) })),
    ...herds.staying.map(({ group, instance }) => ({ group, instance, slot: batchSlot(group.name, instance.zone) })),
  ];
  const well = new Set(
    machines.filter(({ group, instance }) => isWell(group, instance)).map(({ instance }) => instance.id),
  );
  const slots = [...new Set(machines.map(({ slot }) => slot))].sort(compareText);
  for (const slot of slots) {
    const record = input.records.launches.get(slot);
    if (record === undefined || record.state !== 'launched' || record.confirmedAt !== undefined) continue;
    if (!record.instanceIds.every((id) => well.has(id))) continue;
    const reason = `${record.instanceIds.join(', ')} healthy`;
    draft.act({ kind: 'confirmLaunch', slot, generation: record.generation, reason });
  }
}
