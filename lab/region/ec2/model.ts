/** The state of the region's EC2, as plain records. */

export type Tags = Map<string, string>;

export interface Resource {
  readonly id: string;
  readonly tags: Tags;
}

export interface Vpc extends Resource {
  readonly cidr: string;
  dnsHostnames: boolean;
  dnsSupport: boolean;
}

export interface Subnet extends Resource {
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  mapPublicIp: boolean;
}

export interface InternetGateway extends Resource {
  vpcId: string | undefined;
}

export interface Route {
  readonly cidr: string;
  /** An internet gateway's id, or `local`. */
  readonly gatewayId: string;
}

export interface RouteTable extends Resource {
  readonly vpcId: string;
  readonly main: boolean;
  routes: readonly Route[];
  /** `subnetId` is undefined for the main association. */
  associations: readonly { readonly id: string; readonly subnetId: string | undefined }[];
}

export type Peer =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'ipv6'; readonly cidr: string }
  | { readonly kind: 'group'; readonly groupId: string };

export interface SecurityGroupRule extends Resource {
  readonly egress: boolean;
  readonly protocol: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly peer: Peer;
  readonly description: string | undefined;
}

export interface SecurityGroup extends Resource {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  rules: readonly SecurityGroupRule[];
}

export interface InterfaceAttachment {
  readonly id: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
  readonly at: number;
}

export interface NetworkInterface extends Resource {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly mac: string;
  description: string;
  groups: readonly string[];
  attachment: InterfaceAttachment | undefined;
  /** Public address given at launch; an Elastic IP is found in its own record. */
  publicIp: string | undefined;
}

export interface Address extends Resource {
  readonly publicIp: string;
  association: { readonly id: string; readonly interfaceId: string } | undefined;
}

export interface VolumeAttachment {
  readonly instanceId: string;
  readonly device: string;
  readonly deleteOnTermination: boolean;
  readonly at: number;
  status: 'attaching' | 'attached' | 'detaching';
}

export interface Volume extends Resource {
  size: number;
  type: string;
  readonly zone: string;
  readonly encrypted: boolean;
  /** ARN of its key; `undefined`: not encrypted. */
  readonly kmsKeyId: string | undefined;
  iops: number | undefined;
  throughput: number | undefined;
  readonly snapshotId: string | undefined;
  readonly createdAt: number;
  /** `machine`: an instance's root disk, which lives and dies with it. `fleet`: a disk of its own. */
  readonly backing: 'machine' | 'fleet';
  state: 'creating' | 'available' | 'in-use' | 'deleting' | 'error';
  attachment: VolumeAttachment | undefined;
  /** The disk is in its instance's machine: it has to be taken out of it. */
  inMachine: boolean;
}

export interface Snapshot extends Resource {
  readonly volumeId: string;
  readonly size: number;
  readonly encrypted: boolean;
  readonly description: string;
  readonly startedAt: number;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** Source: EC2 API Reference, `InstanceState`. */
export const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export interface Instance extends Resource {
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken: string | undefined;
  readonly imageId: string;
  readonly architecture: string;
  readonly type: string;
  readonly keyName: string | undefined;
  /** Instance profile as the request named it. */
  readonly profile: { readonly arn: string; readonly name: string } | undefined;
  /** Base64, as given. */
  readonly userData: string;
  /** Tags are readable in the instance's own metadata. */
  readonly metadataTags: boolean;
  readonly metadataTokens: string;
  readonly metadataHopLimit: number;
  readonly terminationProtected: boolean;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  readonly mac: string;
  /** Its one interface, which it holds until it is terminated. */
  readonly interfaceId: string;
  readonly groups: readonly string[];
  readonly rootDevice: string;
  readonly launchedAt: number;
  state: InstanceState;
  stateReason: { readonly code: string; readonly message: string } | undefined;
  terminatedAt: number | undefined;
  /** Is there a machine behind it, and does it run? */
  machine: 'none' | 'on' | 'off';
}

export interface Image extends Resource {
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly rootDevice: string;
  readonly rootSize: number;
  readonly ownerId: string;
  readonly ownerAlias: string | undefined;
  readonly createdAt: string;
  /** The public parameter that resolves to this image. */
  readonly parameter: string;
}
