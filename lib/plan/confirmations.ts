import type { InstanceSeen } from '../observe/observation.ts';
import type { Herds } from './cattle.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { workerHealth } from './health.ts';
import { LIMITS } from './limits.ts';
import { named } from './named.ts';
import type { Occupant } from './pets.ts';
import type { LaunchRecord } from './records.ts';
import type { WholeView } from './swarm-view.ts';
import { batchSlot, compareText, type DeclaredGroup, instancesById, isLive, type PlanInput, petSlot } from './world.ts';

/**
 * A launch whose machines are all healthy stops counting as a failure.
 * @returns the ids of all machines that are healthy
 */
export function planConfirmations(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  managers: readonly Manager[],
  occupants: readonly Occupant[],
  herds: Herds,
): ReadonlySet<string> {
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
    // Of many some may be gone already: what is there has to work.
    const there = record.instanceIds.filter((id) => isThere(input, record, id));
    if (there.length === 0 || !there.every((id) => well.has(id))) continue;
    const reason = `${named(there)} healthy`;
    draft.act({ kind: 'confirmLaunch', slot, generation: record.generation, reason });
  }
  return well;
}

/** Is it live, or not listed yet? */
function isThere(input: PlanInput, { launchedAt = 0 }: LaunchRecord, id: string): boolean {
  const instance = instancesById(input).get(id);
  if (instance !== undefined) return isLive(instance);
  return input.now - launchedAt < LIMITS.visibility;
}
