import type { Fleet } from '../../machines/fleet.ts';
import type { Background } from '../background.ts';
import type { RegionContext } from '../service.ts';
import type { RegionSettings } from '../settings.ts';
import { Collection } from './collection.ts';
import { images } from './images.ts';
import type { LaunchTemplate } from './launch-templates.ts';
import type {
  Address,
  Image,
  Instance,
  InternetGateway,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Snapshot,
  Subnet,
  Volume,
  Vpc,
} from './model.ts';

/** Finds the role in an instance profile. The lab's IAM gives it; without one, profile and role have one name. */
export interface InstanceProfiles {
  /** `undefined`: there is no such profile, or it holds no role. */
  roleOf(profileName: string): string | undefined;
}

/** Everything that EC2's actions work on. */
export interface Ec2World {
  readonly context: RegionContext;
  readonly settings: RegionSettings;
  readonly fleet: Fleet;
  readonly background: Background;
  readonly vpcs: Collection<Vpc>;
  readonly subnets: Collection<Subnet>;
  readonly gateways: Collection<InternetGateway>;
  readonly routeTables: Collection<RouteTable>;
  readonly groups: Collection<SecurityGroup>;
  readonly interfaces: Collection<NetworkInterface>;
  readonly addresses: Collection<Address>;
  readonly volumes: Collection<Volume>;
  readonly snapshots: Collection<Snapshot>;
  readonly templates: Collection<LaunchTemplate>;
  readonly instances: Collection<Instance>;
  readonly images: Collection<Image>;
  /** How many instances more a zone has room for; a zone that is not named has room for all. */
  readonly room: Map<string, number>;
  /** Volumes that each instance holds, by their ids. */
  readonly held: Map<string, Set<Volume>>;
  /** Client tokens of launches. */
  readonly launches: Map<string, { readonly request: string; readonly instanceIds: readonly string[] }>;
  /** What each machine has still to go through, one thing after the other. */
  readonly machineWork: Map<string, Promise<void>>;
  /** Volumes whose disk is not there yet. */
  readonly volumesInTheMaking: Map<string, Promise<void>>;
  instanceProfiles: InstanceProfiles | undefined;
  /** Told when an instance's machine stops: its agent is gone. */
  onMachineDown: (instanceId: string) => void;
}

export function createWorld(parts: Pick<Ec2World, 'context' | 'settings' | 'fleet' | 'background'>): Ec2World {
  return {
    ...parts,
    vpcs: new Collection(),
    subnets: new Collection(),
    gateways: new Collection(),
    routeTables: new Collection(),
    groups: new Collection(),
    interfaces: new Collection(),
    addresses: new Collection(),
    volumes: new Collection(),
    snapshots: new Collection(),
    templates: new Collection(),
    instances: new Collection(),
    images: images(),
    room: new Map(),
    held: new Map(),
    launches: new Map(),
    machineWork: new Map(),
    volumesInTheMaking: new Map(),
    instanceProfiles: undefined,
    onMachineDown: () => {},
  };
}

/** EC2 forgets an instance about an hour after its termination. */
export function remembered(world: Ec2World, instance: Instance): boolean {
  if (instance.terminatedAt === undefined) return true;
  return world.context.clock.now() - instance.terminatedAt < world.settings.terminatedListedMilliseconds;
}

/** Eventual consistency: a new instance is not seen at once. */
export function visible(world: Ec2World, instance: Instance): boolean {
  const age = world.context.clock.now() - instance.launchedAt;
  return remembered(world, instance) && age >= world.settings.instanceVisibleMilliseconds;
}

/** Sleeps only when there is something to sleep: with no latency set, no timer is made. */
export async function pause(world: Ec2World, milliseconds: number): Promise<void> {
  if (milliseconds > 0) await world.context.clock.sleep(milliseconds);
}
