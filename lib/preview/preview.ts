import type { InstanceSeen, Observation } from '../observe/observation.ts';
import { isOutdated } from '../plan/config.ts';
import { plan } from '../plan/plan.ts';
import type { Records } from '../plan/records.ts';
import { retiredIds } from '../plan/retired.ts';
import { nodesByInstance, type SwarmView, swarmView } from '../plan/swarm-view.ts';
import {
  type DeclaredGroup,
  declaredGroups,
  type FormerGroup,
  instancesInOrder,
  isLive,
  ownEntry,
  type PlanInput,
} from '../plan/world.ts';
import { settingsHash } from '../spec/settings-hash.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { ChangePreview, FieldChange, PreviewStep } from './change-preview.ts';
import { changesOf } from './changes.ts';
import type { GroupPart } from './group-part.ts';
import { herdSteps } from './herd-steps.ts';
import { nextActions } from './next-actions.ts';
import { petSteps } from './pet-steps.ts';
import { needsDeploy, standing } from './refusals.ts';

export interface PreviewInput {
  /** The spec in force. */
  readonly before: CommittedSpec;
  /** The one that is looked ahead to; the same as `before`: what is left to do. */
  readonly after: CommittedSpec;
  readonly observation: Observation;
  readonly records: Records;
  readonly former?: ReadonlyMap<string, FormerGroup>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The dry run: what would be done under `after`, from what is there now. Pure, and by the planner's own rules: hashes on
 * the machines' tags say what is outdated, not the difference of the two specs.
 */
export function previewChange({ before, after, former = new Map(), ...world }: PreviewInput): ChangePreview {
  const input: PlanInput = { committed: after, former, ...world };
  const view = swarmView(input);
  const planned = plan(input);
  const changes = changesOf(before, after);
  const blocked = standing(input);
  const groups = declaredGroups(input).map((group) => ({ group, part: partOf(input, view, group, changes) }));
  const parts = groups.map(({ part }) => part);
  const settings = groups.flatMap(({ group, part }) => settingSteps(input, view, group, part, before));
  const gone = [...retiredSteps(input, view), ...disownedSteps(input)];
  // As the controller goes about it: what only adds first; disks and votes one by one; numbers last.
  const [pets, herds] = [groups.filter(isPets), groups.filter((one) => !isPets(one))];
  const steps = [
    ...settings,
    ...parts.flatMap(({ launches }) => launches),
    ...gone,
    ...parts.flatMap(({ ends }) => ends),
    ...pets.flatMap(({ part }) => part.rolls),
    ...herds.flatMap(({ part }) => part.rolls),
  ];
  return {
    changes,
    steps: blocked.length > 0 ? [] : steps,
    next: nextActions(planned.actions),
    held: planned.held,
    waiting: planned.waiting,
    ...countsOf(blocked.length > 0 ? [] : steps),
    refused: [...blocked, ...needsDeploy(changes), ...parts.flatMap(({ refused }) => refused)],
  };
}

function isPets({ group }: { readonly group: DeclaredGroup }): boolean {
  return group.spec.allocation.kind === 'logicalIds';
}

function partOf(input: PlanInput, view: SwarmView, group: DeclaredGroup, changes: readonly FieldChange[]): GroupPart {
  const own = changes.filter(({ path, effect }) => effect === 'replace' && path.startsWith(`groups.${group.name}.`));
  const why = own.length === 0 ? 'its configuration is a former one' : own.map(differenceText).join(', ');
  const { allocation } = group.spec;
  return allocation.kind === 'size'
    ? herdSteps(input, view, group, allocation.size, why)
    : petSteps(input, view, group, why);
}

function differenceText({ path, from, to }: FieldChange): string {
  return `${path.split('.').slice(2).join('.')} ${from} → ${to}`;
}

/** Machines that are to stay as they are but for their settings. Which have which, the Swarm says; else the specs do. */
function settingSteps(
  input: PlanInput,
  view: SwarmView,
  { name, spec }: DeclaredGroup,
  { staying, replaced }: GroupPart,
  before: CommittedSpec,
): readonly PreviewStep[] {
  if (spec.flavor === 'vanilla') return [];
  const desired = settingsHash(spec);
  const old = ownEntry(before.spec.groups, name);
  const differs = old !== undefined && settingsHash(old) !== desired;
  const nodes = view.kind === 'quorum' ? nodesByInstance(view) : undefined;
  const due = staying.filter((one) => {
    if (replaced.has(one.id) || isOutdated(input, name, one)) return false;
    if (nodes === undefined) return differs;
    const node = nodes.get(one.id)?.find(({ state }) => state === 'ready');
    return node?.settings !== undefined && node.settings !== desired;
  });
  if (due.length === 0) return [];
  const reason = 'labels are given to the running engines, without a restart';
  return [{ what: 'settings', subject: name, count: due.length, reason }];
}

/** Logical IDs that are declared no longer, as far as there is something of them still. */
function retiredSteps(input: PlanInput, view: SwarmView): readonly PreviewStep[] {
  const there = new Set(
    instancesInOrder(input)
      .filter((one) => one.state !== 'terminated')
      .map(({ logicalId }) => logicalId),
  );
  const nodes = view.kind === 'quorum' ? view.nodes : [];
  return retiredIds(input)
    .filter((id) => there.has(id) || nodes.some(({ logicalId }) => logicalId === id))
    .map((id) => ({
      what: 'end',
      subject: id,
      count: 1,
      reason: 'it is declared no longer: drained, taken out of the Swarm, ended, one at a time; its disk is kept',
    }));
}

function disownedSteps(input: PlanInput): readonly PreviewStep[] {
  const launched = new Set([...input.records.launches.values()].map(({ group }) => group));
  const counts = new Map<string, number>();
  for (const one of instancesInOrder(input)) if (isDisowned(input, one, launched)) count(counts, one.group ?? '');
  return [...counts].map(([group, number]) => ({
    what: 'end',
    subject: group,
    count: number,
    reason: 'the group is declared no longer: drained first',
  }));
}

function isDisowned(input: PlanInput, one: InstanceSeen, launched: ReadonlySet<string>): boolean {
  const { group, logicalId } = one;
  if (group === undefined || logicalId !== undefined || !isLive(one)) return false;
  return launched.has(group) && ownEntry(input.committed.spec.groups, group) === undefined;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function countsOf(steps: readonly PreviewStep[]): Pick<ChangePreview, 'replaced' | 'launched' | 'ended' | 'inPlace'> {
  const sum = (kind: PreviewStep['what']): number =>
    steps.filter(({ what }) => what === kind).reduce((total, { count: number }) => total + number, 0);
  return { replaced: sum('replace'), launched: sum('launch'), ended: sum('end'), inPlace: sum('settings') };
}
