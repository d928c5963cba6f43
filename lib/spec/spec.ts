/** The declared cluster, as validated and with every default filled in. Its source is `swarm.yaml`. */
export interface ClusterSpec {
  /** Name, unique in account and Region: `^[a-z][a-z0-9-]{0,29}$`. */
  readonly cluster: string;
  readonly network: NetworkSpec;
  /** By group name (`^[a-z][a-z0-9-]{0,29}$`). Exactly one group has the flavor `swarm-manager`. */
  readonly groups: Readonly<Record<string, GroupSpec>>;
}

export interface NetworkSpec {
  /** CIDR block of the VPC, /16 to /28. */
  readonly cidr: string;
  /** Availability zones, 1 to 3, one public subnet in each. */
  readonly zones: number;
  /** Prefix length of each subnet; subnet i is the i-th block of this size in `cidr`. */
  readonly subnetMask: number;
}

export const FLAVORS = ['swarm-manager', 'swarm-worker', 'vanilla'] as const;
export type FlavorName = (typeof FLAVORS)[number];

export interface GroupSpec {
  readonly flavor: FlavorName;
  readonly allocation: Allocation;
  /** EC2 instance type, e.g. `t4g.small`. */
  readonly instanceType: string;
  readonly ami: AmiChoice;
  /** Pets: the state volume at `/var/lib/docker`. Cattle: the root volume. */
  readonly volume: VolumeSpec;
  /** Engine labels, usable as placement constraints: `engine.labels.<key>`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Extra shell commands run as root at each first boot, before Docker starts, in order. */
  readonly initCommands: readonly string[];
  /** How machines are replaced when the group's configuration changes. */
  readonly update: UpdatePolicy;
}

/** How a group is rolled from one configuration to the next. */
export interface UpdatePolicy {
  /** How many machines may be missing at a time, of the group's number; pets: always 1. */
  readonly maxUnavailable: Amount;
  /** How many machines more than declared there may be at a time; pets: always 0, as an address has one machine. */
  readonly maxSurge: Amount;
  /** How long a new machine must have been healthy before the next one is touched, seconds. */
  readonly healthySeconds: number;
  /** How long a new machine may take to become healthy before the roll-out counts as failed, seconds. */
  readonly timeout: number;
  /** What becomes of a roll-out that failed. */
  readonly onFailure: 'pause' | 'rollback';
}

/** A number of machines, or a share of the group's number: surge is rounded up, unavailable down. */
export type Amount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** Pets by identity (each logical ID is a private IP address), or cattle by number. */
export type Allocation =
  | { readonly kind: 'logicalIds'; readonly logicalIds: readonly string[] }
  | { readonly kind: 'size'; readonly size: number };

/** Where the machine image comes from, and whether Docker is in it or installed at boot. */
export interface AmiChoice {
  readonly source:
    | { readonly kind: 'parameter'; readonly name: string }
    | { readonly kind: 'id'; readonly imageId: string };
  readonly docker: 'preinstalled' | 'install';
}

export interface VolumeSpec {
  /** GiB, 1 to 16384. */
  readonly sizeGiB: number;
  readonly type: 'gp3' | 'gp2' | 'io1' | 'io2';
}

/** An AMI pinned when the spec was committed: an image that changes later must not roll a cluster. */
export interface PinnedImage {
  readonly imageId: string;
  /** Device name of the root volume, from the image. */
  readonly rootDeviceName: string;
}

/** What `cdk deploy` built and the controller launches into. */
export interface Deployment {
  /** By group name. */
  readonly launchTemplates: Readonly<Record<string, { readonly id: string; readonly version: string }>>;
  /** One subnet a zone, in the order of the zones. */
  readonly subnets: readonly { readonly id: string; readonly zone: string; readonly cidr: string }[];
  /** ARN of the KMS key for every volume that is made from here on; without one, the account's default key. */
  readonly volumeKeyArn?: string | undefined;
  /** Volumes with the state of an earlier cluster, by logical ID; the others have new ones. */
  readonly adoptedVolumes?: Readonly<Record<string, string>> | undefined;
  /** How old join tokens become before they are replaced; without it, a day. */
  readonly tokenRotationHours?: number | undefined;
}

/** A spec in force: what was declared, where it runs, and with which images. */
export interface CommittedSpec {
  /** Grows by one with each commit, from 1. */
  readonly version: number;
  readonly spec: ClusterSpec;
  readonly deployment: Deployment;
  /** By group name. */
  readonly images: Readonly<Record<string, PinnedImage>>;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  /** Who committed, e.g. `cloudformation` or a caller's ARN. */
  readonly committedBy: string;
}
