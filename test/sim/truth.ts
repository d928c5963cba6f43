import { readBootOrder } from '../../lab/machines/simulated/boot-order.ts';
import type { SimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import { answers } from '../../lab/machines/simulated/swarm/client.ts';
import type { Engine, Participant } from '../../lab/machines/simulated/swarm/engine.ts';
import type { NodeRecord, SwarmState } from '../../lab/machines/simulated/swarm/log.ts';
import { following, leaders } from '../../lab/machines/simulated/swarm/raft.ts';
import type { Instance } from '../../lab/region/ec2/model.ts';
import type { RegionInside } from '../../lab/region/region.ts';
import { LOGICAL_ID_LABEL, SETTINGS_LABEL, TAG } from '../../lib/names.ts';
import { instanceIdOf } from '../../lib/plan/node-owner.ts';
import { configHash } from '../../lib/spec/config-hash.ts';
import type { ClusterSpec, CommittedSpec } from '../../lib/spec/spec.ts';
import { allowance } from '../../lib/spec/update.ts';

/** What is in force: the spec, and the images that it was committed with. */
export type Declared = Pick<CommittedSpec, 'spec' | 'images'>;

/** The world as it is, and not as anybody can find out: what the invariants are about. */
export class Truth {
  readonly #inside: RegionInside;
  readonly #fleet: SimulatedFleet;
  readonly #declared: () => Declared;
  readonly #hashes = new WeakMap<object, string>();
  /** Who leads and who follows, while nothing changes. */
  #known: { leaders?: Participant[]; voters?: ReadonlySet<string>; readonly works: Map<Instance, boolean> } | undefined;
  /** Machines that somebody ordered to be replaced: as good as of another configuration. */
  readonly ordered = new Set<string>();

  constructor(inside: RegionInside, fleet: SimulatedFleet, declared: () => Declared) {
    this.#inside = inside;
    this.#fleet = fleet;
    this.#declared = declared;
  }

  /** Within `look` nothing may change: who leads and who follows is found out once. */
  atOnce<T>(look: () => T): T {
    if (this.#known !== undefined) return look();
    this.#known = { works: new Map() };
    try {
      return look();
    } finally {
      this.#known = undefined;
    }
  }

  get spec(): ClusterSpec {
    return this.#declared().spec;
  }

  /** Instances with the cluster's tag. */
  instances(): Instance[] {
    const { cluster } = this.spec;
    return this.#inside.ec2.instances.filter(({ tags }) => tags.get(TAG.cluster) === cluster);
  }

  live(): Instance[] {
    return this.instances().filter(({ state }) => state === 'pending' || state === 'running');
  }

  /** Live machines of a group that counts by size. */
  herd(group: string): Instance[] {
    return this.live().filter(({ tags }) => tags.get(TAG.group) === group && !tags.has(TAG.logicalId));
  }

  /** Is the machine of another configuration than its group is declared with, or ordered to be replaced? */
  isOutdated({ id, tags }: Instance): boolean {
    if (this.ordered.has(id)) return true;
    const desired = this.desiredHash(tags.get(TAG.group) ?? '');
    return desired !== undefined && desired !== tags.get(TAG.configHash);
  }

  desiredHash(group: string): string | undefined {
    const { spec, images } = this.#declared();
    const own = Object.hasOwn(spec.groups, group) ? spec.groups[group] : undefined;
    const image = Object.hasOwn(images, group) ? images[group] : undefined;
    if (own === undefined || image === undefined) return undefined;
    const known = this.#hashes.get(own) ?? configHash(own, image, group);
    this.#hashes.set(own, known);
    return known;
  }

  /** How many machines of the group may be missing, and how many more than declared there may be, while it is rolled. */
  allowance(group: string): { readonly unavailable: number; readonly surge: number } {
    const own = this.spec.groups[group];
    return own === undefined ? { unavailable: 0, surge: 0 } : allowance(own.update, this.size(group));
  }

  instance(id: string): Instance | undefined {
    return this.#inside.ec2.instances.get(id);
  }

  /** Declared logical IDs of the managers. */
  managerIds(): readonly string[] {
    return Object.values(this.spec.groups).flatMap(({ flavor, allocation }) =>
      flavor === 'swarm-manager' && allocation.kind === 'logicalIds' ? allocation.logicalIds : [],
    );
  }

  /** All declared logical IDs. */
  petIds(): readonly string[] {
    return Object.values(this.spec.groups).flatMap(({ allocation }) =>
      allocation.kind === 'logicalIds' ? allocation.logicalIds : [],
    );
  }

  /** Logical IDs at which a machine lives, declared or not. */
  takenIds(): ReadonlySet<string> {
    return new Set(this.live().flatMap(({ tags }) => tags.get(TAG.logicalId) ?? []));
  }

  /** Has a declared address no machine? */
  isMachineMissing(): boolean {
    const taken = this.takenIds();
    return this.petIds().some((logicalId) => !taken.has(logicalId));
  }

  size(group: string): number {
    const allocation = Object.hasOwn(this.spec.groups, group) ? this.spec.groups[group]?.allocation : undefined;
    return allocation?.kind === 'size' ? allocation.size : 0;
  }

  leader(): Participant | undefined {
    return this.leaders()[0];
  }

  leaders(): Participant[] {
    if (this.#known === undefined) return leaders(this.#fleet.world);
    this.#known.leaders ??= leaders(this.#fleet.world);
    return this.#known.leaders;
  }

  state(): SwarmState | undefined {
    return this.leader()?.raft.head.state;
  }

  /** Where the Raft group's members are, by the leader's word; `undefined`: there is none. */
  memberAddresses(): ReadonlySet<string> | undefined {
    const members = this.state()?.members;
    return members === undefined ? undefined : new Set([...members.values()].map(({ address }) => address));
  }

  engine(instanceId: string): Engine | undefined {
    return this.#fleet.machines.get(instanceId)?.engine;
  }

  /** Was the machine launched for a volume that is there no more, or that gave way to a newer one? Then it can never work. */
  waitsInVain({ id, userData, tags }: Instance): boolean {
    const { volumeId } = readBootOrder(Buffer.from(userData, 'base64').toString('utf8'));
    if (volumeId === undefined) return false;
    const { volumes } = this.#inside.ec2;
    const own = volumes.get(volumeId);
    if (own === undefined) return true;
    if (own.attachment?.instanceId === id || !own.tags.has(TAG.mark)) return false;
    const logicalId = tags.get(TAG.logicalId);
    return [...volumes].some((other) => other.tags.get(TAG.logicalId) === logicalId && !other.tags.has(TAG.mark));
  }

  /** Does the machine's engine have Raft state? */
  hasState(instanceId: string): boolean {
    return this.engine(instanceId)?.disk.swarm?.raft !== undefined;
  }

  /** Does the engine answer its API? */
  answers(instanceId: string): boolean {
    const engine = this.engine(instanceId);
    return engine !== undefined && answers(engine);
  }

  /** By the machine's own clock. @param expires in seconds since the epoch */
  isTooLate(instanceId: string, expires: number): boolean {
    const skew = this.#fleet.machines.get(instanceId)?.clockSkew ?? 0;
    return Math.floor((this.#fleet.world.clock.now() + skew) / 1000) > expires;
  }

  /** Its script restarts no engine that answers and that it restarted within the last minute, and does nothing too late. */
  refusesRestart(instanceId: string, expires: number): boolean {
    if (this.isTooLate(instanceId, expires)) return true;
    const at = this.#fleet.machines.get(instanceId)?.restartedAt;
    return at !== undefined && this.#fleet.world.clock.now() - at < 60_000 && this.answers(instanceId);
  }

  /** Its scripts begin with no command that they have begun with before, and with none of an older lease. */
  refusesCommand(instanceId: string, { fence, order }: { readonly fence: number; readonly order: string }): boolean {
    const machine = this.#fleet.machines.get(instanceId);
    return machine !== undefined && (fence < machine.fence || machine.orders.has(order));
  }

  /** Does the machine take part in Raft under a leader with a majority? */
  votes(instanceId: string): boolean {
    if (this.#known === undefined) return this.#voters().has(instanceId);
    this.#known.voters ??= this.#voters();
    return this.#known.voters.has(instanceId);
  }

  #voters(): ReadonlySet<string> {
    const leader = this.leader();
    return new Set(
      leader === undefined ? [] : following(this.#fleet.world, leader).map(({ engine }) => engine.instanceId),
    );
  }

  /** The instance that a node is, or was, on: by its hostname, unless that was changed. */
  machineOf(node: NodeRecord): string {
    if (instanceIdOf(node) !== undefined) return node.hostname;
    const own = [...this.#fleet.world.engines.values()].find((engine) => engine.disk.swarm?.nodeId === node.id);
    return own?.instanceId ?? node.hostname;
  }

  /** Does the machine do its work: powered, engine answering, node ready, and a vote if it is a manager? */
  works(instance: Instance): boolean {
    const known = this.#known?.works.get(instance) ?? this.#works(instance);
    this.#known?.works.set(instance, known);
    return known;
  }

  #works(instance: Instance): boolean {
    if (instance.state !== 'running' || instance.machine !== 'on') return false;
    const engine = this.engine(instance.id);
    if (engine === undefined || engine.process !== 'up' || engine.local !== 'active') return false;
    const manager = instance.tags.has(TAG.logicalId);
    // Of a worker whose node is ready nobody asks more: its tasks run, whether its own API answers or not.
    if (manager && !answers(engine)) return false;
    const leader = this.leader();
    const node = leader?.raft.head.state.nodes.get(engine.disk.swarm?.nodeId ?? '');
    if (node === undefined || node.state !== 'ready' || node.hostname !== engine.hostname) return false;
    return !manager || this.votes(instance.id);
  }

  /** Everything that is not as declared; empty when the cluster is whole. */
  flaws(): string[] {
    return this.atOnce(() => [...this.#machineFlaws(), ...this.#swarmFlaws()]);
  }

  #machineFlaws(): string[] {
    const flaws: string[] = [];
    const live = this.live();
    for (const logicalId of this.managerIds()) {
      const [own, ...more] = live.filter(({ tags }) => tags.get(TAG.logicalId) === logicalId);
      if (own === undefined) flaws.push(`${logicalId} has no machine`);
      else if (more.length > 0) flaws.push(`${logicalId} has ${1 + more.length} machines`);
      else if (!this.works(own)) flaws.push(`${own.id} at ${logicalId} (${own.state}) does not work`);
    }
    for (const [group, { allocation }] of Object.entries(this.spec.groups)) {
      if (allocation.kind !== 'size') continue;
      const herd = live.filter(({ tags }) => tags.get(TAG.group) === group);
      if (herd.length !== allocation.size) flaws.push(`${group}: ${herd.length} of ${allocation.size} machines`);
      for (const one of herd) if (!this.works(one)) flaws.push(`${one.id} of ${group} (${one.state}) does not work`);
    }
    for (const { id, state } of this.instances()) {
      const instance = this.instance(id);
      if (instance !== undefined && this.isOutdated(instance) && state === 'running')
        flaws.push(`${id} is of a former configuration`);
      if (state === 'stopped' || state === 'stopping' || state === 'shutting-down') flaws.push(`${id} is ${state}`);
    }
    return flaws;
  }

  #swarmFlaws(): string[] {
    const all = this.leaders();
    const [leader] = all;
    if (leader === undefined) return ['the Swarm has no leader'];
    const flaws = all.length > 1 ? [`the Swarm has ${all.length} leaders`] : [];
    const { members, services, tasks, ...state } = leader.raft.head.state;
    const nodes = [...state.nodes.values()].filter((node) => !isNobodys(node));
    if (members.size !== this.managerIds().length) flaws.push(`${members.size} members of the Raft group`);
    const machines = new Set(this.live().map(({ id }) => id));
    for (const node of nodes) {
      if (!machines.has(this.machineOf(node)))
        flaws.push(`node ${node.id} of ${node.hostname}, which is no machine of ours`);
      else if (node.availability !== 'active') flaws.push(`node ${node.id} is set to ${node.availability}`);
    }
    if (nodes.length !== machines.size) flaws.push(`${nodes.length} nodes on ${machines.size} machines`);
    for (const { id, name, replicas } of services.values()) {
      const running = [...tasks.values()].filter(({ serviceId, state }) => serviceId === id && state === 'running');
      if (running.length !== replicas) flaws.push(`service ${name}: ${running.length} of ${replicas} replicas`);
    }
    return flaws;
  }
}

/** Nobody can tell whose it was: it is down, and both its hostname and its labels were changed by hand (docs/reliability.md). */
function isNobodys(node: NodeRecord): boolean {
  const isOurs = [LOGICAL_ID_LABEL, SETTINGS_LABEL].some((label) => Object.hasOwn(node.engineLabels, label));
  return node.state === 'down' && instanceIdOf(node) === undefined && !isOurs;
}
