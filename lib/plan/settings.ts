import { settingsHash } from '../spec/settings-hash.ts';
import type { Herds } from './cattle.ts';
import type { Draft } from './draft.ts';
import { isMemberOf } from './health.ts';
import { LIMITS } from './limits.ts';
import { isMarked, MARK } from './marks.ts';
import { isOrdered, isToBeReplaced } from './orders.ts';
import type { Occupant } from './pets.ts';
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
    const due: string[] = [];
    for (const { group: own, instance } of machines) {
      if (own.name !== group.name || isToBeReplaced(input, group.name, instance)) continue;
      const node = nodes.get(instance.id)?.find(({ state }) => state === 'ready');
      if (node?.settings === undefined) continue;
      const applied = isMarked(input.records, instance.id, MARK.settings);
      if (node.settings === desired) {
        if (applied) draft.act({ kind: 'absolve', instanceId: instance.id, reason: 'its new settings are listed' });
        continue;
      }
      const since = input.records.suspicions.get(instance.id)?.since ?? 0;
      if (applied && input.now - since < LIMITS.settings) draft.wait('new settings to be listed', instance.id);
      // Whatever else is remembered of it is dealt with first.
      else if (applied || !input.records.suspicions.has(instance.id)) due.push(instance.id);
    }
    for (let start = 0; start < due.length; start += LIMITS.command) {
      const instanceIds = due.slice(start, start + LIMITS.command);
      const reason = `the labels of ${group.name} were changed: applied in place, without a restart`;
      for (const instanceId of instanceIds) {
        const suspicion = { instanceId, symptom: MARK.settings, since: input.now, restartedAt: undefined };
        draft.act({ kind: 'suspect', suspicion, reason });
      }
      draft.act({ kind: 'applySettings', group: group.name, hash: desired, instanceIds, reason });
    }
  }
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
