import type { AgentTask } from '../../lab/machines/host.ts';
import type { Instance } from '../../lab/region/ec2/model.ts';
import type { RegionInside } from '../../lab/region/region.ts';
import { DOCUMENTS, documentName, TAG } from '../../lib/names.ts';
import { MARK } from '../../lib/plan/marks.ts';
import type { Store } from '../../lib/store/store.ts';
import type { SentCall } from './aws-layer.ts';
import type { WhyEnded } from './ending-rules.ts';
import { createHealthBook, type HealthBook } from './health-book.ts';
import type { Invocation } from './invocation.ts';
import { Surplus } from './surplus.ts';
import type { Truth } from './truth.ts';

/** A rule that was broken. */
export interface Violation {
  /** Milliseconds since the world began. */
  readonly at: number;
  /** Stable name of the rule. */
  readonly rule: string;
  readonly what: string;
}

/** How old the controller's knowledge may be when it acts: a probe of 12 s, a renewal of 20 s, and an EC2 read of before. */
const KNOWLEDGE = 45_000;
/** How old the managers' answers may be when an action that was planned from them is begun. */
const ASKED = 20_000;
/** A machine that has worked for so long without a break is never ended as broken. */
const WORKED = 75_000;
/** The EC2 actions that the controller has any business with. */
const EC2_ACTIONS: ReadonlySet<string> = new Set([
  'DescribeInstances',
  'DescribeVolumes',
  'DescribeNetworkInterfaces',
  'RunInstances',
  'TerminateInstances',
  'AttachVolume',
  'CreateVolume',
  'CreateTags',
  'DeleteTags',
]);

interface Parts {
  readonly inside: RegionInside;
  readonly truth: Truth;
  now(): number;
  report(rule: string, what: string): void;
  /** Told of each machine that is about to be ended, before it is. */
  ends(instance: Instance, why: WhyEnded): void;
}

/** The Safety rules of docs/architecture.md, as statements about the world and not about the plan. */
export class Invariants {
  readonly #parts: Parts;
  readonly #health: HealthBook;
  readonly #clusterIds = new Set<string>();
  /** RunInstances that made new instances: what was spent. */
  launches = 0;
  /** Machines that were launched by invocations which had just been thawed. */
  #strays = 0;
  readonly #leaving = new Set<string>();
  readonly #surplus: Surplus;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#health = createHealthBook(parts);
    const { truth, now } = parts;
    this.#surplus = new Surplus({ truth, health: this.#health, now, knowledge: KNOWLEDGE });
  }

  /** After each change of an instance's state. @param launched the instance, when it is new */
  instancesChanged(launched?: Instance): void {
    const { truth, report } = this.#parts;
    const seen = new Map<string, string>();
    const herds = new Map<string, number>();
    for (const { id, tags } of truth.live()) {
      const logicalId = tags.get(TAG.logicalId);
      const group = tags.get(TAG.group) ?? '';
      if (logicalId === undefined) herds.set(group, (herds.get(group) ?? 0) + 1);
      else if (seen.has(logicalId)) report('one-per-logical-id', `${logicalId}: ${seen.get(logicalId)} and ${id}`);
      else seen.set(logicalId, id);
    }
    for (const [group, count] of herds) {
      const most = this.#health.largestSize(group) + this.#health.surgeLately(group);
      const grew = launched?.tags.get(TAG.group) === group && !launched.tags.has(TAG.logicalId);
      if (grew && count > most + this.#strays)
        report('no-more-than-declared', `${group}: ${count} machines of at most ${most}`);
    }
    this.#checkAttachments();
    this.#health.update();
    this.#surplus.count();
  }

  /** Rule 1: an address and a volume are only ever given to their own logical ID. */
  #checkAttachments(): void {
    const { inside, truth, report } = this.#parts;
    const belongs = (what: string, tags: ReadonlyMap<string, string>, holder: Instance | undefined) => {
      const own = tags.get(TAG.logicalId);
      const theirs = holder?.tags.get(TAG.logicalId);
      if (own !== undefined && own !== theirs) report('own-attachment', `${what} of ${own} is held by ${theirs}`);
    };
    for (const volume of inside.ec2.volumes) {
      if (volume.attachment !== undefined)
        belongs(volume.id, volume.tags, truth.instance(volume.attachment.instanceId));
    }
    for (const eni of inside.ec2.interfaces) {
      if (eni.attachment !== undefined) belongs(eni.id, eni.tags, truth.instance(eni.attachment.instanceId));
    }
  }

  /** After each change in the Swarm. */
  swarmChanged(): void {
    const { truth, report } = this.#parts;
    const leaders = truth.leaders();
    if (leaders.length > 1) report('one-leader', leaders.map(({ engine }) => engine.instanceId).join(', '));
    for (const { raft } of leaders) {
      const { clusterId, members } = raft.head.state;
      this.#clusterIds.add(clusterId);
      if (this.#clusterIds.size > 1) report('one-swarm', `initialised again: ${[...this.#clusterIds].join(', ')}`);
      const addresses = [...members.values()].map(({ address }) => address);
      if (new Set(addresses).size < addresses.length) {
        report('demoted-before-joined', `two voters at one address: ${addresses.join(', ')}`);
      }
    }
    this.#health.update();
  }

  /** Just before a call of the controller takes effect. */
  called({ invocation, name, input, heldBack }: SentCall): void {
    const { report } = this.#parts;
    const isKnown = EC2_ACTIONS.has(name) || SSM_ACTIONS.has(name);
    if (!isKnown) report('only-its-own-calls', `${invocation.name} calls ${name}`);
    if (name === 'TerminateInstances') {
      const before: Instance[] = [];
      for (const id of texts(input, 'InstanceIds')) {
        this.#terminates(id, before, { thawed: invocation.isJustThawed, heldBack });
        before.push(...this.#parts.truth.live().filter((one) => one.id === id));
      }
    }
    if (name === 'RunInstances') this.#launched(invocation, input);
  }

  #launched(invocation: Invocation, input: object): void {
    const { inside } = this.#parts;
    const token: unknown = Reflect.get(input, 'ClientToken');
    if (typeof token === 'string' && inside.ec2.launches.has(token)) return;
    this.launches += 1;
    // What was decided before a freeze is sent after it: nothing can hold that back, and the surplus is ended again.
    if (invocation.isJustThawed) this.#strays += Number(Reflect.get(input, 'MaxCount'));
  }

  /**
   * @param before machines that the same call ends, too
   * @param thawed it was decided on before a freeze, and the machine may have come back meanwhile
   */
  #terminates(
    id: string,
    before: readonly Instance[],
    { thawed, heldBack }: { readonly thawed: boolean; readonly heldBack: number },
  ): void {
    const { truth, report } = this.#parts;
    const instance = truth.instance(id);
    if (instance === undefined) return;
    if (instance.tags.get(TAG.cluster) !== truth.spec.cluster) report('only-its-own', `${id} is none of the cluster's`);
    if (instance.state !== 'running' && instance.state !== 'pending') return;
    const surplus = this.isSurplus(instance, before);
    const worked = this.#health.workedFor(id);
    const rolled = this.#health.outdatedLately(id);
    if (!surplus && !rolled && !thawed && worked !== undefined && worked >= WORKED) {
      report('no-working-machine-is-ended', `${id} has worked for ${worked} ms`);
    }
    this.#parts.ends(instance, { surplus, decidedBefore: rolled || thawed, heldBack });
    // A manager that answers nobody is repaired, also where it is declared no longer.
    if (surplus && truth.works(instance)) this.#drained(instance);
    this.#takesVoter(id, 'is terminated');
  }

  /** At the table: a machine is marked as one that leaves once that is written, whatever answer comes back. */
  watch(store: Store): Store {
    return {
      ...store,
      putSuspicion: async (lease, suspicion) => {
        await store.putSuspicion(lease, suspicion);
        if (suspicion.symptom === MARK.leaving) this.#leaves(suspicion.instanceId);
      },
    };
  }

  /** The controller marked a machine as one that leaves; from then on it does, whatever is declared later. */
  #leaves(instanceId: string): void {
    const instance = this.#parts.truth.instance(instanceId);
    if (instance === undefined) return;
    const group = instance.tags.get(TAG.group) ?? '';
    if (!this.isSurplus(instance)) {
      if (this.#health.outdatedLately(instanceId)) this.#checkBudget(instance, group);
      else this.#parts.report('only-surplus-leaves', `${instanceId} is marked, and not too many`);
    }
    this.#leaving.add(instanceId);
  }

  /** A roll-out takes no machine below the number that the group can't do without. */
  #checkBudget(instance: Instance, group: string): void {
    const { truth, report } = this.#parts;
    const least = this.#health.smallestSize(group) - this.#health.unavailableLately(group);
    // Those that died a moment ago count as well: nobody could know.
    const left = truth.instances().filter(({ id, tags }) => {
      const isOther = id !== instance.id && tags.get(TAG.group) === group && !tags.has(TAG.logicalId);
      return isOther && !this.#leaving.has(id) && this.#health.hasWorked(id, KNOWLEDGE);
    });
    if (left.length < least) {
      report('budget-is-kept', `${instance.id} is taken away by a roll-out; ${left.length} work, ${least} have to`);
    }
  }

  /** Is it one of more than were declared, now or when the controller last looked? @param before machines that the same call ends, too */
  isSurplus(instance: Instance, before: readonly Instance[] = []): boolean {
    const group = instance.tags.get(TAG.group) ?? '';
    const logicalId = instance.tags.get(TAG.logicalId);
    if (logicalId !== undefined) return this.#health.droppedLately(logicalId);
    if (this.#leaving.has(instance.id)) return true;
    return this.#surplus.isLeft(group, before);
  }

  /** Rule 11: no deliberate end of a machine on which tasks run. */
  #drained(instance: Instance): void {
    const { truth, report } = this.#parts;
    const state = truth.state();
    const nodes = [...(state?.nodes.values() ?? [])].filter((node) => truth.machineOf(node) === instance.id);
    for (const node of nodes) {
      const running = [...(state?.tasks.values() ?? [])].filter(({ nodeId }) => nodeId === node.id);
      if (node.state === 'ready' && running.length > 0) {
        report('drained-before-removed', `${instance.id} is ended with ${running.length} tasks on it`);
      }
    }
  }

  /** A machine begins with a script. */
  began(instanceId: string, task: AgentTask): void {
    const { cluster } = this.#parts.truth.spec;
    const key = DOCUMENTS.find((one) => documentName(cluster, one) === task.documentName);
    const { fence: [fence] = [], order: [order = ''] = [] } = task.parameters;
    if (this.#parts.truth.refusesCommand(instanceId, { fence: Number(fence), order })) return;
    const expires = Number(task.parameters['expires']?.[0]);
    if (key === 'engine-restart' && !this.#parts.truth.refusesRestart(instanceId, expires))
      this.#takesVoter(instanceId, 'has its engine restarted');
    if (key === 'engine-stop' && !this.#parts.truth.isTooLate(instanceId, expires))
      this.#takesVoter(instanceId, 'has its engine stopped');
    if (key === 'node-demote') {
      const node = this.#parts.truth.state()?.nodes.get(task.parameters['node']?.[0] ?? '');
      if (node !== undefined) this.#takesVoter(this.#parts.truth.machineOf(node), 'is demoted');
    }
  }

  /**
   * Rule 2: a working voter is only taken away while all other voters work, as far as anybody can know. A manager that
   * has not joined yet does not count: with a voter that answers nobody it never could.
   */
  #takesVoter(instanceId: string, what: string): void {
    const { truth, report, inside } = this.#parts;
    if (!truth.votes(instanceId)) return;
    const own = inside.ec2.instances.get(instanceId)?.tags.get(TAG.logicalId);
    // With no manager that could say so nobody can know who votes, and only a restart can bring one back. One that is cut
    // off from the others knows nothing of them.
    const answering = truth.live().some(({ id }) => truth.votes(id) && truth.answers(id));
    if (!answering) return;
    // One that got its vote back a moment ago had none when the managers were asked.
    if (own === undefined || this.#health.votedFor(own) < ASKED) return;
    const voters = new Set([...(truth.state()?.members.values() ?? [])].map(({ address }) => address));
    for (const logicalId of truth.managerIds()) {
      if (logicalId === own || !voters.has(logicalId)) continue;
      const without = this.#health.voteMissingFor(logicalId);
      if (without < KNOWLEDGE) continue;
      report('quorum-is-kept', `${instanceId} votes and ${what}, while ${logicalId} has had no vote for ${without} ms`);
    }
  }

  /** The spec was changed. */
  specChanged(): void {
    this.#health.update();
    this.#surplus.count();
  }
}

const SSM_ACTIONS: ReadonlySet<string> = new Set([
  'SendCommand',
  'GetCommandInvocation',
  'ListCommandInvocations',
  'DescribeInstanceInformation',
]);

function texts(input: object, name: string): readonly string[] {
  const value: unknown = Reflect.get(input, name);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
