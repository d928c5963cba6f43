import { namedAmi } from './ami.ts';
import {
  ALLOCATION_FIELDS,
  AMI_FIELDS,
  CLUSTER_FIELDS,
  GROUP_FIELDS,
  INIT_COMMAND,
  LABEL_KEY,
  LABEL_VALUE,
  LOGICAL_ID,
  NAME,
  NAME_ALLOWED,
  NETWORK_FIELDS,
  VOLUME_FIELDS,
} from './fields.ts';
import { architectureOf } from './instance-type.ts';
import type { Path, Problems } from './problems.ts';
import { isPrototypeKey } from './prototype-keys.ts';
import { readFields, readValue } from './read-fields.ts';
import { readUpdate } from './read-update.ts';
import type { Allocation, AmiChoice, FlavorName, GroupSpec, NetworkSpec, VolumeSpec } from './spec.ts';

/** A cluster as far as it could be read: what was refused is `undefined`, so that the rest can still be checked. */
export interface Draft {
  readonly cluster: string | undefined;
  readonly network: NetworkSpec | undefined;
  readonly groups: readonly DraftGroup[] | undefined;
}

export interface DraftGroup {
  readonly name: string;
  readonly path: Path;
  readonly flavor: FlavorName | undefined;
  readonly allocation: Allocation | undefined;
  /** Volume as given or by default; `undefined` when it was refused. */
  readonly volume: VolumeSpec | undefined;
  /** The group whole; `undefined` when anything in it was refused. */
  readonly whole: GroupSpec | undefined;
}

const DEFAULT_NETWORK = { zones: 3, subnetMask: 24 };
const DEFAULT_INSTANCE_TYPE = 't4g.small';
/** Docker is in it: installing it at boot would add to every heal. */
const DEFAULT_AMI = 'ecs-optimized';
/** As large as the ECS-optimized image's own root volume: cattle can't have a smaller one. */
const DEFAULT_VOLUME: VolumeSpec = { sizeGiB: 30, type: 'gp3' };

export function readDraft(value: unknown, problems: Problems): Draft {
  if (!isObject(value)) {
    problems.add([], value, 'is no cluster', 'a mapping with `cluster`, `network` and `groups`');
    return { cluster: undefined, network: undefined, groups: undefined };
  }
  const fields = readFields(CLUSTER_FIELDS, ['cluster', 'network', 'groups'], value, [], problems);
  return {
    cluster: fields.cluster,
    network: fields.network && readNetwork(fields.network, problems),
    groups: fields.groups && Object.entries(fields.groups).map(([name, group]) => readGroup(name, group, problems)),
  };
}

function readNetwork(value: Record<string, unknown>, problems: Problems): NetworkSpec | undefined {
  const given = { ...DEFAULT_NETWORK, ...value };
  const { cidr, zones, subnetMask } = readFields(NETWORK_FIELDS, ['cidr'], given, ['network'], problems);
  if (cidr === undefined || zones === undefined || subnetMask === undefined) return undefined;
  return { cidr, zones, subnetMask };
}

function readGroup(name: string, value: unknown, problems: Problems): DraftGroup {
  const path = ['groups', name];
  const nothing = { name, path, flavor: undefined, allocation: undefined, volume: undefined, whole: undefined };
  if (isPrototypeKey(name)) {
    problems.add(path, undefined, 'is a name that JavaScript keeps for itself', 'another name');
    return nothing;
  }
  if (!NAME.test(name)) problems.add(path, name, 'is no name for a group', NAME_ALLOWED);
  if (!isObject(value)) {
    problems.add(path, value, 'is no group', 'a mapping with at least `flavor` and `allocation`');
    return nothing;
  }
  const before = problems.all.length;
  const given = {
    instanceType: DEFAULT_INSTANCE_TYPE,
    ami: DEFAULT_AMI,
    volume: {},
    labels: {},
    initCommands: [],
    update: {},
    ...value,
  };
  const fields = readFields(GROUP_FIELDS, ['flavor', 'allocation'], given, path, problems);
  const { flavor, instanceType } = fields;
  const allocation = fields.allocation && readAllocation(fields.allocation, [...path, 'allocation'], problems);
  const volume = fields.volume && readVolume(fields.volume, [...path, 'volume'], problems);
  const labels = fields.labels && readLabels(fields.labels, [...path, 'labels'], problems);
  const initCommands = fields.initCommands?.flatMap((command, index) => {
    return readValue(INIT_COMMAND, command, [...path, 'initCommands', index], problems) ?? [];
  });
  const update = fields.update && readUpdate(fields.update, allocation?.kind, [...path, 'update'], problems);
  // The architecture of a bad instance type is unknown; its own problem is told already.
  const ami = readAmi(fields.ami, instanceType ?? DEFAULT_INSTANCE_TYPE, [...path, 'ami'], problems);
  const sound = problems.all.length === before;
  const whole =
    sound && flavor && allocation && instanceType && ami && volume && labels && initCommands && update
      ? { flavor, allocation, instanceType, ami, volume, labels, initCommands, update }
      : undefined;
  return { name, path, flavor, allocation, volume, whole };
}

function readAllocation(value: Record<string, unknown>, path: Path, problems: Problems): Allocation | undefined {
  const { logicalIds, size } = readFields(ALLOCATION_FIELDS, [], value, path, problems);
  const named = ['logicalIds', 'size'].filter((key) => Object.hasOwn(value, key));
  if (named.length !== 1) {
    const found = named.length === 0 ? 'says neither `logicalIds` nor `size`' : 'says both `logicalIds` and `size`';
    problems.add(path, value, found, 'exactly one: `logicalIds: [addresses]` for pets or `size: number` for cattle');
    return undefined;
  }
  if (size !== undefined) return { kind: 'size', size };
  if (logicalIds === undefined) return undefined;
  const read = logicalIds.map((id, index) => readValue(LOGICAL_ID, id, [...path, 'logicalIds', index], problems));
  // A refused one stays as text that is no address: the others keep their index, and no check takes it for one.
  return { kind: 'logicalIds', logicalIds: read.map((id) => id ?? '') };
}

function readAmi(
  value: string | Record<string, unknown> | undefined,
  instanceType: string,
  path: Path,
  problems: Problems,
): AmiChoice | undefined {
  if (value === undefined) return undefined;
  if (value === 'amazon-linux-2023' || value === 'ecs-optimized' || value === 'debian-12') {
    return namedAmi(value, architectureOf(instanceType));
  }
  if (typeof value === 'string') return undefined;
  const { parameter, id, docker } = readFields(AMI_FIELDS, ['docker'], value, path, problems);
  const named = ['parameter', 'id'].filter((key) => Object.hasOwn(value, key));
  if (named.length !== 1) {
    const found = named.length === 0 ? 'says neither `parameter` nor `id`' : 'says both `parameter` and `id`';
    problems.add(path, value, found, 'exactly one of `parameter: /path` and `id: ami-…`');
    return undefined;
  }
  if (docker === undefined) return undefined;
  if (parameter !== undefined) return { source: { kind: 'parameter', name: parameter }, docker };
  return id === undefined ? undefined : { source: { kind: 'id', imageId: id }, docker };
}

function readVolume(value: Record<string, unknown>, path: Path, problems: Problems): VolumeSpec | undefined {
  const { sizeGiB, type } = readFields(VOLUME_FIELDS, [], { ...DEFAULT_VOLUME, ...value }, path, problems);
  return sizeGiB === undefined || type === undefined ? undefined : { sizeGiB, type };
}

function readLabels(value: Record<string, unknown>, path: Path, problems: Problems): Record<string, string> {
  const labels: [string, string][] = [];
  for (const [key, given] of Object.entries(value)) {
    if (isPrototypeKey(key)) {
      problems.add([...path, key], undefined, 'is a name that JavaScript keeps for itself', 'another name');
      continue;
    }
    const name = readValue(LABEL_KEY, key, [...path, key], problems);
    const label = readValue(LABEL_VALUE, given, [...path, key], problems);
    if (name !== undefined && label !== undefined) labels.push([name, label]);
  }
  return Object.fromEntries(labels);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
