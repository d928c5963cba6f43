import type { InstanceSeen } from '../observe/observation.ts';
import { isOutdated } from '../plan/config.ts';
import { isMemberOf } from '../plan/node-owner.ts';
import { isDue, isOrdered, whyReplaced } from '../plan/orders.ts';
import type { SwarmView } from '../plan/swarm-view.ts';
import { type DeclaredGroup, instancesInOrder, isLive, logicalIdsOf, type PlanInput, petSlot } from '../plan/world.ts';
import type { PreviewStep, Refusal } from './change-preview.ts';
import type { GroupPart } from './group-part.ts';
import { haltedRollout, tooFewManagers } from './refusals.ts';

/** Steps of a group by logical IDs: what is missing comes, what is outdated is replaced one by one, the leader last. */
export function petSteps(input: PlanInput, view: SwarmView, group: DeclaredGroup, why: string): GroupPart {
  const machines = new Map<string, InstanceSeen>();
  for (const one of instancesInOrder(input)) {
    if (one.logicalId !== undefined && isLive(one)) machines.set(one.logicalId, one);
  }
  const ids = logicalIdsOf(group.spec);
  const missing = ids.filter((id) => !machines.has(id));
  const launches = missing.map((id): PreviewStep => {
    const reason = input.records.launches.has(petSlot(id))
      ? 'it has no machine; a new one comes back at its address, with its disk'
      : 'it was never launched';
    return { what: 'launch', subject: id, count: 1, reason };
  });
  const present = ids.flatMap((id) => machines.get(id) ?? []);
  const former = present.filter((one) => isOutdated(input, group.name, one)).length;
  const old = present.filter((one) => isDue(input, group.name, one));
  const refused: Refusal[] = [];
  const steps: PreviewStep[] = [];
  const halted = former === 0 ? undefined : haltedRollout(input, group.name, former);
  const isManager = group.spec.flavor === 'swarm-manager';
  const reasonOf = (one: InstanceSeen): string =>
    isOrdered(input, one.id, 'replace') ? whyReplaced(input, group.name, one) : why;
  if (halted !== undefined) refused.push(halted);
  if (old.length > 0 && isManager && ids.length < 3) refused.push(tooFewManagers(group.name, ids.length));
  else steps.push(...replacements(view, isManager, group.spec.update.healthySeconds, old, reasonOf));
  return {
    launches,
    rolls: steps,
    ends: [],
    staying: present,
    replaced: new Set(steps.some(({ what }) => what === 'replace') ? old.map(({ id }) => id) : []),
    refused,
  };
}

function replacements(
  view: SwarmView,
  isManager: boolean,
  healthySeconds: number,
  old: readonly InstanceSeen[],
  reasonOf: (one: InstanceSeen) => string,
): readonly PreviewStep[] {
  const leads = ({ logicalId = '' }: InstanceSeen): boolean =>
    isManager && view.kind === 'quorum' && isMemberOf(view.leader, logicalId);
  const ordered = [...old.filter((one) => !leads(one)), ...old.filter(leads)];
  return ordered.flatMap((one, index): PreviewStep[] => {
    const { logicalId = '' } = one;
    const pause = index === 0 ? '' : `, when the one before has been healthy for ${healthySeconds} s`;
    const leaving = isManager ? 'drained, stopped and ended' : 'drained and ended';
    const replace: PreviewStep = {
      what: 'replace',
      subject: logicalId,
      count: 1,
      reason: `${reasonOf(one)}; ${leaving}, back at its address with its disk${pause}`,
    };
    if (!leads(one)) return [replace];
    const handOver = 'it leads the Swarm: another manager takes over first, so that there is no election to wait for';
    return [{ what: 'hand-over', subject: logicalId, count: 1, reason: handOver }, replace];
  });
}
