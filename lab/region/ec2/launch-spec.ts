import { ServiceError } from '../protocol/service-error.ts';
import { Params, type QueryNode } from '../wire/query.ts';
import type { Tags } from './model.ts';
import { tagsByType } from './tags.ts';

/** What an instance is launched with: a request's parameters laid over its launch template's. */
export interface LaunchSpec {
  readonly imageId: string | undefined;
  readonly instanceType: string | undefined;
  readonly keyName: string | undefined;
  /** Base64. */
  readonly userData: string;
  readonly profile: { readonly name: string } | undefined;
  readonly securityGroupIds: readonly string[];
  readonly subnetId: string | undefined;
  readonly privateIp: string | undefined;
  readonly zone: string | undefined;
  readonly interfaces: readonly InterfaceSpec[];
  readonly blockDevices: readonly BlockDeviceSpec[];
  readonly tags: ReadonlyMap<string, Tags>;
  readonly metadataTags: boolean;
  readonly metadataTokens: string;
  readonly metadataHopLimit: number;
  readonly terminationProtected: boolean;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
}

export interface InterfaceSpec {
  readonly deviceIndex: number;
  /** An interface that exists already. */
  readonly interfaceId: string | undefined;
  readonly subnetId: string | undefined;
  readonly groups: readonly string[];
  readonly privateIp: string | undefined;
  readonly publicIp: boolean | undefined;
  readonly deleteOnTermination: boolean | undefined;
  readonly description: string;
}

export interface BlockDeviceSpec {
  readonly device: string;
  readonly size: number | undefined;
  readonly type: string | undefined;
  readonly encrypted: boolean;
  readonly kmsKeyId: string | undefined;
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
  readonly deleteOnTermination: boolean | undefined;
}

/** Parameters of a launch that the lab knows, in a request and in a template's data alike. */
export const LAUNCH_PARAMETERS = [
  'ImageId',
  'InstanceType',
  'KeyName',
  'UserData',
  'IamInstanceProfile',
  'SecurityGroupId',
  'NetworkInterface',
  'BlockDeviceMapping',
  'TagSpecification',
  'MetadataOptions',
  'DisableApiTermination',
  'InstanceInitiatedShutdownBehavior',
  'Monitoring',
  'EbsOptimized',
  'CreditSpecification',
  'Placement',
] as const;

const TAGGABLE = ['instance', 'volume', 'network-interface'] as const;

/**
 * A request's parameters override the template's. Block devices are laid over by device name and tags by resource type
 * and key; everything else is taken whole from where it is given last.
 */
export function mergeLaunch(template: QueryNode | undefined, request: QueryNode): Params {
  const children = new Map<string, QueryNode>(template?.children);
  for (const [name, node] of request.children) {
    const below = children.get(name);
    if (name === 'TagSpecification' && below !== undefined) children.set(name, appended(below, node));
    else if (name === 'BlockDeviceMapping' && below !== undefined) children.set(name, overlaid(below, node));
    else children.set(name, node);
  }
  return new Params({ value: undefined, children });
}

function items(node: QueryNode): readonly QueryNode[] {
  return [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

function listOf(nodes: readonly QueryNode[]): QueryNode {
  return { value: undefined, children: new Map(nodes.map((node, index) => [String(index + 1), node])) };
}

function appended(below: QueryNode, above: QueryNode): QueryNode {
  return listOf([...items(below), ...items(above)]);
}

function overlaid(below: QueryNode, above: QueryNode): QueryNode {
  const device = (node: QueryNode) => node.children.get('DeviceName')?.value;
  const over = items(above);
  return listOf([...items(below).filter((node) => !over.some((other) => device(other) === device(node))), ...over]);
}

/** @throws ServiceError for what the lab does not know or what EC2 refuses */
export function parseLaunch(params: Params): LaunchSpec {
  const metadata = params
    .struct('MetadataOptions')
    ?.allow(['HttpTokens', 'HttpPutResponseHopLimit', 'HttpEndpoint', 'HttpProtocolIpv6', 'InstanceMetadataTags']);
  const spec: LaunchSpec = {
    imageId: params.text('ImageId'),
    instanceType: params.text('InstanceType'),
    keyName: params.text('KeyName'),
    userData: checkUserData(params.text('UserData') ?? ''),
    profile: parseProfile(params.struct('IamInstanceProfile')),
    securityGroupIds: params.texts('SecurityGroupId'),
    subnetId: params.text('SubnetId'),
    privateIp: params.text('PrivateIpAddress'),
    zone: params.struct('Placement')?.allow(['AvailabilityZone', 'Tenancy']).text('AvailabilityZone'),
    interfaces: params.structs('NetworkInterface').map(parseInterface),
    blockDevices: params.structs('BlockDeviceMapping').map(parseBlockDevice),
    tags: tagsByType(params, TAGGABLE),
    metadataTags: metadata?.oneOf('InstanceMetadataTags', ['enabled', 'disabled']) === 'enabled',
    metadataTokens: metadata?.oneOf('HttpTokens', ['required', 'optional']) ?? 'required',
    metadataHopLimit: metadata?.whole('HttpPutResponseHopLimit') ?? 2,
    terminationProtected: params.flag('DisableApiTermination') ?? false,
    monitoring: params.struct('Monitoring')?.flag('Enabled') ?? false,
    ebsOptimized: params.flag('EbsOptimized') ?? false,
  };
  checkPlaces(spec);
  return spec;
}

/** User data is base64 and at most 16 KB before that. Source: EC2 User Guide, "Run commands when you launch an EC2 instance". */
function checkUserData(userData: string): string {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData)) {
    throw new ServiceError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data');
  }
  const bytes = Buffer.from(userData, 'base64').byteLength;
  if (bytes > 16_384) {
    throw new ServiceError('InvalidParameterValue', `User data is limited to 16384 bytes; ${bytes} were given`);
  }
  return userData;
}

function parseProfile(profile: Params | undefined): LaunchSpec['profile'] {
  if (profile === undefined) return undefined;
  const { name, arn } = { name: profile.allow(['Name', 'Arn']).text('Name'), arn: profile.text('Arn') };
  if ((name === undefined) === (arn === undefined)) {
    throw new ServiceError('InvalidParameterCombination', 'An IAM instance profile is given by its Name or by its Arn');
  }
  return { name: name ?? arn?.slice(arn.lastIndexOf('/') + 1) ?? '' };
}

function parseInterface(eni: Params): InterfaceSpec {
  eni.allow([
    'DeviceIndex',
    'NetworkInterfaceId',
    'SubnetId',
    'SecurityGroupId',
    'PrivateIpAddress',
    'AssociatePublicIpAddress',
    'DeleteOnTermination',
    'Description',
  ]);
  const spec: InterfaceSpec = {
    deviceIndex: eni.whole('DeviceIndex') ?? 0,
    interfaceId: eni.text('NetworkInterfaceId'),
    subnetId: eni.text('SubnetId'),
    groups: eni.texts('SecurityGroupId'),
    privateIp: eni.text('PrivateIpAddress'),
    publicIp: eni.flag('AssociatePublicIpAddress'),
    deleteOnTermination: eni.flag('DeleteOnTermination'),
    description: eni.text('Description') ?? '',
  };
  if (spec.interfaceId === undefined) return spec;
  const clash =
    (spec.publicIp !== undefined && 'associatePublicIPAddress') ||
    (spec.groups.length > 0 && 'security groups') ||
    (spec.subnetId !== undefined && 'a subnet') ||
    (spec.privateIp !== undefined && 'a private IP address');
  if (clash) {
    throw new ServiceError(
      'InvalidParameterCombination',
      `The ${clash} parameter cannot be specified for a network interface that exists already (${spec.interfaceId}): it carries its own.`,
    );
  }
  return spec;
}

function parseBlockDevice(mapping: Params): BlockDeviceSpec {
  const ebs = mapping.allow(['DeviceName', 'Ebs']).struct('Ebs');
  ebs?.allow(['VolumeSize', 'VolumeType', 'Encrypted', 'Iops', 'Throughput', 'DeleteOnTermination', 'KmsKeyId']);
  return {
    device: mapping.required('DeviceName'),
    size: ebs?.whole('VolumeSize'),
    type: ebs?.text('VolumeType'),
    encrypted: ebs?.flag('Encrypted') ?? false,
    kmsKeyId: ebs?.text('KmsKeyId'),
    iops: ebs?.whole('Iops'),
    throughput: ebs?.whole('Throughput'),
    deleteOnTermination: ebs?.flag('DeleteOnTermination'),
  };
}

/** With interfaces, what belongs to an interface can't also be said of the instance, be it by the template. */
function checkPlaces(spec: LaunchSpec): void {
  if (spec.interfaces.length === 0) return;
  const clash =
    (spec.securityGroupIds.length > 0 && 'security groups') ||
    (spec.subnetId !== undefined && 'subnet ID') ||
    (spec.privateIp !== undefined && 'private IP address');
  if (clash) {
    throw new ServiceError(
      'InvalidParameterCombination',
      `Network interfaces and an instance-level ${clash} may not be specified on the same request; the interface carries it.`,
    );
  }
}
