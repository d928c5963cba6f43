import type { AmiChoice, CommittedSpec, GroupSpec, PinnedImage, UpdatePolicy } from '../spec/spec.ts';
import type { Effect, FieldChange } from './change-preview.ts';

type Declared = Pick<CommittedSpec, 'spec' | 'images'>;

/** What differs between two declared clusters, field by field, in a fixed order. */
export function changesOf(before: Declared, after: Declared): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const compare = (path: string, from: string, to: string, effect: Effect): void => {
    if (from !== to) changes.push({ path, from, to, effect });
  };
  compare('cluster', before.spec.cluster, after.spec.cluster, 'deploy');
  for (const field of ['cidr', 'zones', 'subnetMask'] as const) {
    compare(`network.${field}`, String(before.spec.network[field]), String(after.spec.network[field]), 'deploy');
  }
  for (const name of namesOf(before, after)) {
    const [old, wanted] = [groupOf(before, name), groupOf(after, name)];
    const path = `groups.${name}`;
    if (old === undefined || wanted === undefined) {
      compare(
        path,
        old === undefined ? ABSENT : summary(old),
        wanted === undefined ? ABSENT : summary(wanted),
        'deploy',
      );
      continue;
    }
    compareGroup(path, old, wanted, compare);
    compareImage(
      path,
      { group: old, image: before.images[name] },
      { group: wanted, image: after.images[name] },
      compare,
    );
  }
  return changes;
}

const ABSENT = '-';

type Compare = (path: string, from: string, to: string, effect: Effect) => void;

function compareGroup(path: string, old: GroupSpec, wanted: GroupSpec, compare: Compare): void {
  compare(`${path}.flavor`, old.flavor, wanted.flavor, 'deploy');
  compareAllocation(path, old, wanted, compare);
  compare(`${path}.instanceType`, old.instanceType, wanted.instanceType, 'replace');
  // The root volume of a machine that is counted comes with it; the disk of a pet is a resource of the stack.
  const disk = wanted.allocation.kind === 'size' ? 'replace' : 'deploy';
  compare(`${path}.volume`, volumeText(old), volumeText(wanted), disk);
  compare(`${path}.initCommands`, listText(old.initCommands), listText(wanted.initCommands), 'replace');
  compare(`${path}.labels`, labelsText(old.labels), labelsText(wanted.labels), 'in-place');
  for (const field of UPDATE_FIELDS) {
    compare(`${path}.update.${field}`, updateText(old.update, field), updateText(wanted.update, field), 'none');
  }
}

function compareAllocation(path: string, old: GroupSpec, wanted: GroupSpec, compare: Compare): void {
  const [from, to] = [old.allocation, wanted.allocation];
  if (from.kind === 'size' && to.kind === 'size') {
    compare(`${path}.allocation.size`, String(from.size), String(to.size), 'count');
    return;
  }
  compare(`${path}.allocation`, allocationText(old), allocationText(wanted), 'deploy');
}

interface Imaged {
  readonly group: GroupSpec;
  readonly image: PinnedImage | undefined;
}

/** The choice, and the image that it was pinned to: either may change without the other. */
function compareImage(path: string, old: Imaged, wanted: Imaged, compare: Compare): void {
  const from = `${amiText(old.group.ami)} (${old.image?.imageId ?? 'not pinned'})`;
  const to = `${amiText(wanted.group.ami)} (${wanted.image?.imageId ?? 'not pinned'})`;
  const same =
    old.image?.imageId === wanted.image?.imageId &&
    old.image?.rootDeviceName === wanted.image?.rootDeviceName &&
    old.group.ami.docker === wanted.group.ami.docker;
  compare(`${path}.ami`, from, to, same ? 'none' : 'replace');
}

function namesOf(before: Declared, after: Declared): readonly string[] {
  return [...new Set([...Object.keys(before.spec.groups), ...Object.keys(after.spec.groups)])].sort();
}

function groupOf({ spec }: Declared, name: string): GroupSpec | undefined {
  return Object.hasOwn(spec.groups, name) ? spec.groups[name] : undefined;
}

function summary(group: GroupSpec): string {
  return `${group.flavor}, ${allocationText(group)}`;
}

function allocationText({ allocation }: GroupSpec): string {
  return allocation.kind === 'size' ? `size ${allocation.size}` : [...allocation.logicalIds].sort().join(', ');
}

function volumeText({ volume }: GroupSpec): string {
  return `${volume.sizeGiB} GiB ${volume.type}`;
}

function listText(values: readonly string[]): string {
  return values.length === 0 ? ABSENT : values.join('; ');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return listText(
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
  );
}

function amiText({ source, docker }: AmiChoice): string {
  const named = source.kind === 'id' ? source.imageId : source.name;
  return docker === 'install' ? `${named}, Docker installed at boot` : named;
}

const UPDATE_FIELDS = ['maxUnavailable', 'maxSurge', 'healthySeconds', 'timeout', 'onFailure'] as const;

function updateText(policy: UpdatePolicy, field: (typeof UPDATE_FIELDS)[number]): string {
  const value = policy[field];
  if (typeof value !== 'object') return String(value);
  return value.kind === 'count' ? String(value.count) : `${value.percent}%`;
}
