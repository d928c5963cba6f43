import type { InstanceSeen, InterfaceSeen, VolumeSeen } from '../observe/observation.ts';
import { attachmentOf } from './attachment.ts';
import { launchReadiness } from './backoff.ts';
import { versionToLaunch } from './config.ts';
import type { Draft } from './draft.ts';
import { planLostVolume, waitsForAnother } from './lost-volume.ts';
import { MARK } from './marks.ts';
import { retiredIds } from './retired.ts';
import type { SwarmView } from './swarm-view.ts';
import {
  type DeclaredGroup,
  declaredGroups,
  instancesInOrder,
  isLive,
  launchFate,
  logicalIdsOf,
  type PlanInput,
  petSlot,
} from './world.ts';

/** A logical ID's machine, as far as EC2 knows it. */
export interface Occupant {
  readonly logicalId: string;
  readonly group: DeclaredGroup;
  readonly instance: InstanceSeen;
  /** Running, with its own volume attached. */
  readonly complete: boolean;
  /** False: its logical ID is declared no longer, and it is there until the Swarm can do without it. */
  readonly declared: boolean;
}

/** Name under which EC2 is told to attach the state volume; Nitro instances show it by its id anyway. */
export const STATE_DEVICE = '/dev/sdf';

/**
 * Every declared logical ID gets one machine, with its own interface and its own volume (Safety 1, 3).
 * This adds only: it needs no word from the Swarm, so that it goes on when the quorum is lost.
 */
export function planPets(input: PlanInput, draft: Draft, view: SwarmView): readonly Occupant[] {
  return declaredGroups(input).flatMap((group) => {
    const own = logicalIdsOf(group.spec).flatMap((logicalId) => planPet(input, draft, view, group, logicalId));
    return [...own, ...planDropped(input, draft, view, group)];
  });
}

/**
 * Those that are declared no longer work on until it is their turn to be taken away. Without a quorum the votes of those
 * that are gone may be what it lacks: they come back once more.
 */
function planDropped(input: PlanInput, draft: Draft, view: SwarmView, group: DeclaredGroup): Occupant[] {
  if (group.spec.flavor !== 'swarm-manager') return [];
  return retiredIds(input)
    .filter((logicalId) => input.records.launches.get(petSlot(logicalId))?.group === group.name)
    .flatMap((logicalId) => {
      const machine = instancesInOrder(input).find((one) => one.logicalId === logicalId && isLive(one));
      const attachment = attachmentOf(input, logicalId);
      if (typeof attachment === 'string' || attachment.volume === undefined) return [];
      if (machine === undefined && (attachment.volume.mark !== undefined || view.kind !== 'noQuorum')) return [];
      return planPet(input, draft, view, group, logicalId).map((occupant) => ({ ...occupant, declared: false }));
    });
}

function planPet(input: PlanInput, draft: Draft, view: SwarmView, group: DeclaredGroup, logicalId: string): Occupant[] {
  const attachment = attachmentOf(input, logicalId);
  if (typeof attachment === 'string') {
    draft.hold('attachment', logicalId, attachment);
    return [];
  }
  const machines = instancesInOrder(input).filter((instance) => instance.logicalId === logicalId);
  const live = machines.filter(isLive);
  const [occupant, ...surplus] = live;
  if (surplus.length > 0) {
    const ids = live.map((instance) => instance.id).join(', ');
    draft.hold(
      'duplicate',
      logicalId,
      `more than one machine carries this logical ID: ${ids}; end the wrong one by hand`,
    );
    return [];
  }
  const { networkInterface, volume, stale } = attachment;
  if (volume === undefined) {
    planLostVolume(input, draft, view, group, logicalId, { zone: networkInterface.zone, stale });
    return [];
  }
  if (input.records.suspicions.get(logicalId)?.symptom === MARK.volumeLost) {
    draft.act({ kind: 'absolve', instanceId: logicalId, reason: `${logicalId} has its volume ${volume.id}` });
  }
  if (occupant !== undefined) return planOccupied(input, draft, view, group, logicalId, occupant, volume);
  planVacant(input, draft, group, logicalId, machines, { networkInterface, volume });
  return [];
}

function planOccupied(
  input: PlanInput,
  draft: Draft,
  view: SwarmView,
  group: DeclaredGroup,
  logicalId: string,
  instance: InstanceSeen,
  volume: VolumeSeen,
): Occupant[] {
  if (waitsForAnother(input, logicalId, instance, volume)) {
    if (view.kind !== 'quorum' && group.spec.flavor === 'swarm-manager') {
      draft.hold(
        'volume-lost',
        logicalId,
        `${instance.id} waits for a disk that is lost, and the Swarm shows no quorum`,
      );
      return [];
    }
    const reason = `${instance.id} waits for a disk that is lost; ${logicalId} has ${volume.id} now`;
    draft.act({ kind: 'terminate', instanceIds: [instance.id], reason });
    return [];
  }
  return [planInPlace(input, draft, group, logicalId, instance, volume)];
}

function planInPlace(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  logicalId: string,
  instance: InstanceSeen,
  volume: VolumeSeen,
): Occupant {
  const incomplete: Occupant = { logicalId, group, instance, complete: false, declared: true };
  if (instance.state === 'pending') {
    waitBriefly(draft, 'instance to run', logicalId);
    return incomplete;
  }
  if (volume.attachedTo === instance.id) {
    if (volume.attachment === 'attached') return { ...incomplete, complete: true };
    waitBriefly(draft, 'volume to be attached', logicalId);
    return incomplete;
  }
  if (volume.attachedTo !== undefined || volume.state !== 'available') {
    const holder = input.observation.instances.find((other) => other.id === volume.attachedTo);
    if (holder !== undefined && isLive(holder)) {
      draft.hold(
        'attachment',
        logicalId,
        `volume ${volume.id} is attached to ${holder.id}, which is not its machine; detach it by hand`,
      );
    } else {
      waitBriefly(draft, 'volume to be free', logicalId);
    }
    return incomplete;
  }
  draft.act({
    kind: 'attachVolume',
    logicalId,
    instanceId: instance.id,
    volumeId: volume.id,
    deviceName: STATE_DEVICE,
    reason: `${instance.id} runs at ${logicalId} and waits for its disk`,
  });
  return incomplete;
}

function planVacant(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  logicalId: string,
  machines: readonly InstanceSeen[],
  { networkInterface, volume }: { readonly networkInterface: InterfaceSeen; readonly volume: VolumeSeen },
): void {
  const stopped = machines.find((instance) => instance.state === 'stopped');
  if (stopped !== undefined) {
    const reason = `${stopped.id} at ${logicalId} is stopped; its address and disk are needed by a machine that runs`;
    draft.act({ kind: 'terminate', instanceIds: [stopped.id], reason });
    return;
  }
  const leaving = machines.find((instance) => instance.state === 'stopping' || instance.state === 'shutting-down');
  if (leaving !== undefined) {
    waitBriefly(draft, `${leaving.id} to be gone`, logicalId);
    return;
  }
  if (networkInterface.status !== 'available') {
    waitBriefly(
      draft,
      `interface ${networkInterface.id} to be free (${networkInterface.attachedTo ?? networkInterface.status})`,
      logicalId,
    );
    return;
  }
  if (volume.state === 'creating') {
    waitBriefly(draft, `volume ${volume.id} to be created`, logicalId);
    return;
  }
  const slot = petSlot(logicalId);
  const launch = { kind: 'launch' as const, slot, group: group.name, version: versionToLaunch(input, group) };
  const order = { kind: 'pet' as const, logicalId, interfaceId: networkInterface.id, volumeId: volume.id };
  const fate = launchFate(input, slot);
  switch (fate.kind) {
    case 'never':
      draft.act({
        ...launch,
        generation: 1,
        replay: false,
        failures: 0,
        order,
        reason: `${logicalId} was never launched`,
      });
      return;
    case 'unfinished': {
      const { generation, failures } = fate.record;
      const reason = `the launch of ${logicalId} (generation ${generation}) was begun, its outcome is not known`;
      draft.act({ ...launch, generation, replay: true, failures, order, reason });
      return;
    }
    case 'unseen': {
      const { generation, failures } = fate.record;
      if (!fate.replay) {
        waitBriefly(draft, `${fate.missing.join(', ')} to be listed`, logicalId);
        return;
      }
      const reason = `${fate.missing.join(', ')} was launched for ${logicalId} and is still not listed`;
      draft.act({ ...launch, generation, replay: true, failures, order, reason });
      return;
    }
    case 'settled': {
      const { record, failures } = fate;
      const readiness = launchReadiness(record, failures, input.now);
      if (!readiness.ready) {
        draft.hold(readiness.rule, logicalId, readiness.reason, readiness.until);
        return;
      }
      const was = record.instanceIds.length > 0 ? `${record.instanceIds.join(', ')} is gone` : 'the last launch failed';
      const reason = `${logicalId} has no machine: ${was}`;
      draft.act({ ...launch, generation: record.generation + 1, replay: false, failures, order, reason });
    }
  }
}

/** These waits end within seconds, and then the next step is due at once. */
function waitBriefly(draft: Draft, what: string, logicalId: string): void {
  draft.wait(what, logicalId);
  draft.hurry();
}
