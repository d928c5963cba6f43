import type { LaunchSpec } from '../ec2/launch-spec.ts';
import { findTemplate } from '../ec2/launch-templates.ts';
import { requestedLaunch } from '../ec2/run-instances.ts';
import { tagsByType } from '../ec2/tags.ts';
import type { Ec2World } from '../ec2/world.ts';
import type { Params } from '../wire/query.ts';
import { type Check, type Context, requestTags } from './check.ts';
import { ec2Arn, factsOf, inVpc } from './ec2-resources.ts';
import { tagAtCreation } from './ec2-tagging.ts';

/** Finds the role that an instance profile carries. */
export interface Profiles {
  /** ARN; `undefined` when there is no such profile, or it holds no role. */
  roleArnOf(profileName: string): string | undefined;
}

const TAGGABLE = ['instance', 'volume', 'network-interface'] as const;

/**
 * RunInstances is judged once for every resource that the launch has a part in, whether the request names it or the
 * launch template; then for the tags of each type, and for the role that it gives away.
 *
 * Where AWS does not say whether something is judged, the lab asks for it: subnet and security groups of an interface
 * that is there already. Tags of a launch template are tags of CreateTags, not of the request.
 */
export function launchChecks(world: Ec2World, profiles: Profiles, params: Params): readonly Check[] {
  const spec = requestedLaunch(params, world);
  const named = params.struct('LaunchTemplate');
  const templateId = named && findTemplate(named, world).id;
  const through: Context =
    templateId === undefined ? {} : { 'ec2:LaunchTemplate': ec2Arn(world, 'launch-template', templateId) };
  const run = (resource: string, context: Context): Check => ({
    action: 'ec2:RunInstances',
    resource,
    context: { ...context, ...through },
  });
  const asked = tagsByType(params, TAGGABLE);
  const { subnetId, checks: network } = networkOf(world, spec, asked.get('network-interface') ?? new Map());
  const zone = world.subnets.get(subnetId)?.zone;
  const zoned: Context = zone === undefined ? {} : { 'ec2:AvailabilityZone': zone };
  const instance: Context = { ...zoned, ...instanceFacts(world, spec) };

  return [
    run(ec2Arn(world, 'image', spec.imageId ?? ''), factsOf(world, 'image', spec.imageId ?? '')),
    run(ec2Arn(world, 'instance', '*'), { ...instance, ...requestTags(asked.get('instance') ?? new Map()) }),
    ...network.map(({ resource, context }) => run(resource, context)),
    ...volumeFacts(world, spec).map((facts) =>
      run(ec2Arn(world, 'volume', '*'), { ...zoned, ...facts, ...requestTags(asked.get('volume') ?? new Map()) }),
    ),
    ...(templateId === undefined
      ? []
      : [run(ec2Arn(world, 'launch-template', templateId), factsOf(world, 'launch-template', templateId))]),
    ...(spec.keyName === undefined ? [] : [run(ec2Arn(world, 'key-pair', spec.keyName), {})]),
    ...[...spec.tags].map(([type, tags]) => tagAtCreation(ec2Arn(world, type, '*'), 'RunInstances', requestTags(tags))),
    ...passRole(world, profiles, spec),
  ];
}

/** The interface, its subnet and its security groups. */
function networkOf(world: Ec2World, spec: LaunchSpec, tags: ReadonlyMap<string, string>) {
  const [first] = spec.interfaces;
  const existing = first?.interfaceId === undefined ? undefined : world.interfaces.get(first.interfaceId);
  const subnetId = existing?.subnetId ?? first?.subnetId ?? spec.subnetId ?? '';
  const groups = existing?.groups ?? (first?.groups.length ? first.groups : spec.securityGroupIds);
  const vpcId = existing?.vpcId ?? world.subnets.get(subnetId)?.vpcId;
  // Reference: the type has no resource tags here, so an interface is known by where it is.
  const place: Context = {
    ...(vpcId !== undefined && inVpc(world, vpcId)),
    ...(subnetId !== '' && { 'ec2:Subnet': ec2Arn(world, 'subnet', subnetId) }),
    ...(existing !== undefined && { 'ec2:NetworkInterfaceID': existing.id }),
  };
  const checks = [
    {
      resource: ec2Arn(world, 'network-interface', first?.interfaceId ?? '*'),
      context: { ...place, ...requestTags(tags) },
    },
    { resource: ec2Arn(world, 'subnet', subnetId), context: factsOf(world, 'subnet', subnetId) },
    ...groups.map((id) => ({
      resource: ec2Arn(world, 'security-group', id),
      context: factsOf(world, 'security-group', id),
    })),
  ];
  return { subnetId, checks };
}

function instanceFacts(world: Ec2World, spec: LaunchSpec): Context {
  return {
    'ec2:InstanceType': spec.instanceType ?? 'm1.small',
    'ec2:MetadataHttpTokens': spec.metadataTokens,
    'ec2:MetadataHttpPutResponseHopLimit': String(spec.metadataHopLimit),
    'ec2:RootDeviceType': 'ebs',
    'ec2:Tenancy': 'default',
    ...(spec.profile !== undefined && { 'ec2:InstanceProfile': profileArn(world, spec.profile.name) }),
  };
}

/** One for each device, the image's own root device included. */
function volumeFacts(world: Ec2World, spec: LaunchSpec): Context[] {
  const image = world.images.get(spec.imageId ?? '');
  const root = { device: image?.rootDevice, size: image?.rootSize, type: undefined, encrypted: false };
  const devices = spec.blockDevices.some(({ device }) => device === root.device)
    ? spec.blockDevices
    : [root, ...spec.blockDevices];
  return devices.map(({ size, type, encrypted }) => ({
    'ec2:Encrypted': String(encrypted),
    'ec2:VolumeType': type ?? 'gp3',
    ...(size !== undefined && { 'ec2:VolumeSize': String(size) }),
  }));
}

function profileArn(world: Ec2World, name: string): string {
  return `arn:aws:iam::${world.context.account}:instance-profile/${name}`;
}

/** Whoever gives an instance a role must be allowed to pass it on (EC2 User Guide, "Permissions to pass a role"). */
function passRole(world: Ec2World, profiles: Profiles, { profile }: LaunchSpec): Check[] {
  const role = profile && profiles.roleArnOf(profile.name);
  if (role === undefined) return [];
  const context = {
    'iam:PassedToService': 'ec2.amazonaws.com',
    'iam:AssociatedResourceArn': ec2Arn(world, 'instance', '*'),
  };
  return [{ action: 'iam:PassRole', resource: role, context }];
}
