import { settingsHash } from '../spec/settings-hash.ts';
import type { Herds } from './cattle.ts';
import type { Draft } from './draft.ts';
import { LIMITS } from './limits.ts';
import { isMarked, MARK } from './marks.ts';
import { isMemberOf } from './node-owner.ts';
import { isOrdered, isToBeReplaced } from './orders.ts';
import type { Occupant } from './pets.ts';
import type { Suspicion } from './records.ts';
import { nodesByInstance, type WholeView } from './swarm-view.ts';
import { declaredGroups, type PlanInput } from './world.ts';

/**
 * What is changed in place: engine labels. Machines that are of a former configuration are left out: they are replaced
 * anyway, and the new ones come with the new settings.
 */
export function planSettings(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  occupants: readonly Occupant[],
  herds: Herds,
): void {
  const machines = [...occupants.filter(({ complete }) => complete), ...herds.staying];
  const nodes = nodesByInstance(view);
  for (const group of declaredGroups(input)) {
    if (group.spec.flavor === 'vanilla') continue;
    const desired = settingsHash(group.spec);
    const due: Suspicion[] = [];
    for (const { group: own, instance } of machines) {
      if (own.name !== group.name || isToBeReplaced(input, group.name, instance)) continue;
      const node = nodes.get(instance.id)?.find(({ state }) => state === 'ready');
      if (node?.settings === undefined) continue;
      const recorded = input.records.suspicions.get(instance.id);
      const mark = recorded?.symptom === MARK.settings ? recorded : undefined;
      if (node.settings === desired) {
        if (mark) draft.act({ kind: 'absolve', instanceId: instance.id, reason: 'its new settings are listed' });
        continue;
      }
      // Whatever else is remembered of it is dealt with first.
      if (recorded !== undefined && mark === undefined) continue;
      const attempts = mark && attemptsOf(mark, desired);
      if (attempts === undefined || input.now >= attempts.nextAt) {
        const since = attempts?.first ?? input.now;
        const applied = { hash: desired, at: input.now };
        due.push({ instanceId: instance.id, symptom: MARK.settings, since, restartedAt: undefined, applied });
      } else if (attempts.last === attempts.first) draft.wait('new settings to be listed', instance.id);
      // Without a time to look again: that would be a convergence that goes on and on. The schedule looks often enough.
      else draft.hold('settings', instance.id, unlisted(group.name, attempts));
    }
    for (let start = 0; start < due.length; start += LIMITS.command) {
      const some = due.slice(start, start + LIMITS.command);
      const reason = `the labels of ${group.name} were changed: applied in place, without a restart`;
      for (const suspicion of some) draft.act({ kind: 'suspect', suspicion, reason });
      const instanceIds = some.map(({ instanceId }) => instanceId);
      draft.act({ kind: 'applySettings', group: group.name, hash: desired, instanceIds, reason });
    }
  }
}

/** When the same settings were applied to a machine that does not list them; all in milliseconds since the epoch. */
interface Attempts {
  readonly first: number;
  readonly last: number;
  readonly nextAt: number;
}

/** The time between attempts doubles, as the next one comes after as long as there have been some. */
function attemptsOf({ since: first, applied }: Suspicion, hash: string): Attempts | undefined {
  if (applied !== undefined && applied.hash !== hash) return undefined;
  // Marks of former versions don't say what was applied, and when last.
  const last = applied?.at ?? first;
  return { first, last, nextAt: last + Math.min(Math.max(last - first, LIMITS.settings), LIMITS.settingsCap) };
}

function unlisted(group: string, { last, nextAt }: Attempts): string {
  const [before, next] = [last, nextAt].map((at) => new Date(at).toISOString());
  return `it was given the labels of ${group}, last at ${before}, and its node does not list them; given again at ${next}`;
}

/** Ends drains that the controller began, of machines that are to stay after all, or came back. */
export function planActivations(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  occupants: readonly Occupant[],
  herds: Herds,
): void {
  const intended = (instanceId: string) =>
    isMarked(input.records, instanceId, MARK.leaving) ||
    isMarked(input.records, instanceId, MARK.rolling) ||
    isOrdered(input, instanceId, 'drain');
  const nodes = nodesByInstance(view);
  const heads = herds.staying.flatMap(({ instance }) =>
    (nodes.get(instance.id) ?? []).map((node) => ({ node, instance })),
  );
  const pets = occupants.flatMap(({ instance, logicalId }) =>
    view.nodes.filter((node) => isMemberOf(node, logicalId)).map((node) => ({ node, instance })),
  );
  for (const { node, instance } of [...pets, ...heads]) {
    if (!node.drainedByUs || node.availability !== 'drain' || node.state !== 'ready' || intended(instance.id)) continue;
    const reason = `${instance.id} was drained by the controller, and is to stay`;
    draft.act({ kind: 'activateNode', nodeId: node.id, via: view.via, reason });
  }
}
