import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement, XmlValue } from '../wire/xml.ts';
import { DONE, type Ec2Actions, LISTING } from './action.ts';
import { filtered, page } from './listing.ts';
import type { Resource, Tags } from './model.ts';
import type { Ec2World } from './world.ts';

/** Source: EC2 User Guide, "Tag your Amazon EC2 resources", restrictions. */
const LIMITS = { key: 128, value: 256, tags: 50 } as const;

export function tagSet(tags: Tags): XmlValue {
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** The tags in `Tag.N.Key`, `Tag.N.Value`. */
export function parseTags(params: Params): Tags {
  const tags: Tags = new Map();
  for (const tag of params.structs('Tag'))
    tags.set(tag.allow(['Key', 'Value']).required('Key'), tag.text('Value') ?? '');
  checkTags(tags);
  return tags;
}

/** Tags at creation. @throws ServiceError for a resource type that this action does not create. */
export function tagsAtCreation(params: Params, resourceType: string): Tags {
  return tagsByType(params, [resourceType]).get(resourceType) ?? new Map();
}

export function tagsByType(params: Params, allowed: readonly string[]): Map<string, Tags> {
  const found = new Map<string, Tags>();
  for (const specification of params.structs('TagSpecification')) {
    const type = specification.allow(['ResourceType', 'Tag']).required('ResourceType');
    if (!allowed.includes(type)) {
      throw new ServiceError(
        'InvalidParameterValue',
        `'${type}' is not a valid taggable resource type for this operation; allowed: ${allowed.join(', ')}.`,
      );
    }
    found.set(type, new Map([...(found.get(type) ?? []), ...parseTags(specification)]));
  }
  return found;
}

function checkTags(tags: Tags): void {
  if (tags.size > LIMITS.tags) {
    throw new ServiceError('TagLimitExceeded', `${tags.size} tags given; a resource has at most ${LIMITS.tags}.`);
  }
  for (const [key, value] of tags) {
    if (key.startsWith('aws:')) {
      throw new ServiceError(
        'InvalidParameterValue',
        `Tag keys starting with 'aws:' are reserved for internal use: ${key}`,
      );
    }
    if (key.length > LIMITS.key || value.length > LIMITS.value) {
      throw new ServiceError(
        'InvalidParameterValue',
        `Tag ${key}: a key has at most ${LIMITS.key} characters, a value ${LIMITS.value}.`,
      );
    }
  }
}

interface Kind {
  readonly prefix: string;
  readonly type: string;
  readonly notFound: string;
  find(world: Ec2World, id: string): Resource | undefined;
  all(world: Ec2World): Iterable<Resource>;
}

function kind(
  prefix: string,
  type: string,
  notFound: string,
  of: (world: Ec2World) => Iterable<Resource> & { get(id: string): Resource | undefined },
): Kind {
  return { prefix, type, notFound, find: (world, id) => of(world).get(id), all: of };
}

const KINDS: readonly Kind[] = [
  kind('vpc-', 'vpc', 'InvalidVpcID.NotFound', (world) => world.vpcs),
  kind('subnet-', 'subnet', 'InvalidSubnetID.NotFound', (world) => world.subnets),
  kind('igw-', 'internet-gateway', 'InvalidInternetGatewayID.NotFound', (world) => world.gateways),
  kind('rtb-', 'route-table', 'InvalidRouteTableID.NotFound', (world) => world.routeTables),
  kind('sg-', 'security-group', 'InvalidGroup.NotFound', (world) => world.groups),
  kind('eni-', 'network-interface', 'InvalidNetworkInterfaceID.NotFound', (world) => world.interfaces),
  kind('eipalloc-', 'elastic-ip', 'InvalidAllocationID.NotFound', (world) => world.addresses),
  kind('vol-', 'volume', 'InvalidVolume.NotFound', (world) => world.volumes),
  kind('snap-', 'snapshot', 'InvalidSnapshot.NotFound', (world) => world.snapshots),
  kind('lt-', 'launch-template', 'InvalidLaunchTemplateId.NotFound', (world) => world.templates),
  kind('i-', 'instance', 'InvalidInstanceID.NotFound', (world) => world.instances),
];

function taggable(world: Ec2World, id: string): Resource {
  const kind = KINDS.find((candidate) => id.startsWith(candidate.prefix));
  if (kind === undefined) throw new ServiceError('InvalidID', `The ID '${id}' is not valid`);
  const resource = kind.find(world, id);
  if (resource === undefined) throw new ServiceError(kind.notFound, `The ID '${id}' does not exist`);
  return resource;
}

function createTags(params: Params, world: Ec2World): XmlElement {
  const tags = parseTags(params);
  const resources = params.texts('ResourceId').map((id) => taggable(world, id));
  for (const resource of resources) checkTags(new Map([...resource.tags, ...tags]));
  for (const resource of resources) for (const [key, value] of tags) resource.tags.set(key, value);
  return DONE;
}

/** A tag given with a value is only removed if it has that value; with no tags given, all go. */
function deleteTags(params: Params, world: Ec2World): XmlElement {
  const resources = params.texts('ResourceId').map((id) => taggable(world, id));
  const wanted = params.structs('Tag').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') }));
  for (const { tags } of resources) {
    if (wanted.length === 0) tags.clear();
    for (const { key, value } of wanted) if (value === undefined || tags.get(key) === value) tags.delete(key);
  }
  return DONE;
}

function describeTags(params: Params, world: Ec2World): XmlElement {
  const rows = KINDS.flatMap(({ type, all }) =>
    [...all(world)].flatMap(({ id, tags }) =>
      [...tags].map(([key, value]) => ({
        id: `${id} ${key}`,
        tags: new Map(),
        resourceId: id,
        resourceType: type,
        key,
        value,
      })),
    ),
  );
  const found = filtered(params, rows, {
    key: (row) => row.key,
    value: (row) => row.value,
    'resource-id': (row) => row.resourceId,
    'resource-type': (row) => row.resourceType,
  });
  const { items, nextToken } = page(params, found, (row) => rows.indexOf(row) + 1);
  return {
    tagSet: items.map(({ resourceId, resourceType, key, value }) => ({ resourceId, resourceType, key, value })),
    nextToken,
  };
}

export const tagActions: Ec2Actions = {
  CreateTags: { takes: ['ResourceId', 'Tag'], run: createTags },
  DeleteTags: { takes: ['ResourceId', 'Tag'], run: deleteTags },
  DescribeTags: { takes: LISTING, run: describeTags },
};
