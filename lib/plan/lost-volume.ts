import type { InstanceSeen, VolumeSeen } from '../observe/observation.ts';
import { attachmentOf } from './attachment.ts';
import type { Draft } from './draft.ts';
import { LIMITS } from './limits.ts';
import { MARK } from './marks.ts';
import { isMemberOf } from './node-owner.ts';
import { isHealthyVoter, type SwarmView } from './swarm-view.ts';
import { type DeclaredGroup, declaredGroups, isLive, logicalIdsOf, type PlanInput, petSlot } from './world.ts';

/**
 * A logical ID whose volume is not there. One that is merely not listed is looked at again; then, with a quorum of
 * healthy others, it gets a new volume and joins as a new member: its state is what the others have. Several at once are
 * taken for our own error, and a manager's without a quorum is a person's decision: nothing is given up by itself.
 */
export function planLostVolume(
  input: PlanInput,
  draft: Draft,
  view: SwarmView,
  group: DeclaredGroup,
  logicalId: string,
  { zone, stale }: { readonly zone: string; readonly stale: boolean },
): void {
  const record = input.records.launches.get(petSlot(logicalId));
  if (record === undefined) {
    const reason =
      'its volume is not there, and nothing is launched without it: see that it carries its tags; if it was deleted, declare another address instead';
    draft.hold('attachment', logicalId, reason);
    return;
  }
  const lost = record.request.placement.kind === 'interface' ? record.request.placement.volumeId : undefined;
  const name = lost ?? 'the volume';
  if (!stale && !isLostForSure(input, draft, logicalId, name)) return;
  const refusal = whyNotReplaced(input, view, group, logicalId, stale);
  if (refusal !== undefined) {
    draft.hold('volume-lost', logicalId, `${name} is ${stale ? 'marked as stale' : 'lost'}: ${refusal}`);
    return;
  }
  const reason = stale
    ? `the disk of ${logicalId} holds state from before a recovery: it gets a new one`
    : `${name} of ${logicalId} is lost: it gets a new disk, and joins as a new member`;
  const lostVolumeId = stale ? undefined : lost;
  const token = `${logicalId}/${lost ?? ''}/${record.generation}`;
  draft.act({ kind: 'createVolume', logicalId, group: group.name, zone, lostVolumeId, token, reason });
}

function isLostForSure(input: PlanInput, draft: Draft, logicalId: string, name: string): boolean {
  const seen = input.records.suspicions.get(logicalId);
  if (seen?.symptom !== MARK.volumeLost) {
    const suspicion = { instanceId: logicalId, symptom: MARK.volumeLost, since: input.now, restartedAt: undefined };
    draft.act({ kind: 'suspect', suspicion, reason: `${name} of ${logicalId} is not listed` });
    return false;
  }
  if (hasLostDisk(input, logicalId)) return true;
  const due = seen.since + LIMITS.volumeLost;
  const reason = `${name} is not listed; looked at again before it counts as lost, and nothing is launched without it`;
  draft.hold('volume-lost', logicalId, reason, due);
  return false;
}

/** Has its volume not been listed for so long that it is lost? */
function hasLostDisk(input: PlanInput, logicalId: string): boolean {
  const seen = input.records.suspicions.get(logicalId);
  return seen?.symptom === MARK.volumeLost && input.now >= seen.since + LIMITS.volumeLost;
}

function whyNotReplaced(
  input: PlanInput,
  view: SwarmView,
  group: DeclaredGroup,
  logicalId: string,
  stale: boolean,
): string | undefined {
  const lost = declaredGroups(input)
    .flatMap(({ spec }) => logicalIdsOf(spec))
    .filter((id) => {
      const attachment = attachmentOf(input, id);
      return typeof attachment !== 'string' && attachment.volume === undefined && !attachment.stale;
    });
  if (!stale && lost.length > 1) {
    return `and so are those of ${lost.filter((id) => id !== logicalId).join(', ')}; several at once are taken for an error of ours: see that the volumes carry their tags, or deploy again`;
  }
  if (group.spec.flavor !== 'swarm-manager') return undefined;
  if (view.kind !== 'quorum') {
    return 'and the Swarm shows no quorum. Bring another manager back, or decide to go on from the newest state there is with "everswarm recover"';
  }
  const unwell = view.voters.filter((node) => !isMemberOf(node, logicalId) && !isHealthyVoter(node));
  if (unwell.length === 0) return undefined;
  return `not replaced while ${unwell.map(({ id }) => id).join(', ')} is unwell: broken members are repaired first`;
}

/** Does the machine wait for another disk than the one its logical ID has now? Then it can never work. */
export function waitsForAnother(
  input: PlanInput,
  logicalId: string,
  machine: InstanceSeen,
  volume: VolumeSeen,
): boolean {
  if (volume.attachedTo === machine.id) return false;
  const record = input.records.launches.get(petSlot(logicalId));
  const placement = record?.request.placement;
  if (placement?.kind !== 'interface' || placement.volumeId === undefined) return false;
  return record?.instanceIds.includes(machine.id) === true && placement.volumeId !== volume.id;
}

/** Is its disk lost, and its machine, if there is one, without any? Then it has no vote. */
export function isWithoutDisk(input: PlanInput, logicalId: string): boolean {
  if (hasLostDisk(input, logicalId)) return true;
  const attachment = attachmentOf(input, logicalId);
  if (typeof attachment === 'string' || attachment.volume === undefined) return false;
  const { volume } = attachment;
  const machines = input.observation.instances.filter((one) => one.logicalId === logicalId && isLive(one));
  return machines.length > 0 && machines.every((machine) => waitsForAnother(input, logicalId, machine, volume));
}
