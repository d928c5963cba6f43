import type { AgentTask } from '../../lab/machines/host.ts';
import type { Instance } from '../../lab/region/ec2/model.ts';
import { documentName, TAG } from '../../lib/names.ts';
import type { Truth } from './truth.ts';

/** A suspicion lasts 60 s (lib/plan/limits.ts); two invocations' clocks may differ by 5 s, and a little is for the way. */
const LOOKED_AT_LEAST_SO_LONG_AGO = 50_000;
/** How old the controller's knowledge of the others may be when it ends a machine: a probe, a renewal and a read of EC2. */
const KNOWLEDGE = 45_000;
/** How old a machine's own answer, and what the Swarm says of it, may be when it is ended for them. */
const ASKED = 20_000;
/** EC2 may not list a machine that is as young as that. */
const LISTED_FOR_SURE = 60_000;

/** What there is to say for the end of a machine that runs. */
export interface WhyEnded {
  /** There are more than declared. */
  readonly surplus: boolean;
  /** It was decided on whatever the machine does now: it is of a former configuration, or the function was frozen since. */
  readonly decidedBefore: boolean;
  /** Milliseconds for which the function was frozen when it had only to send it: what happened meanwhile nobody could know. */
  readonly heldBack: number;
}

interface Parts {
  readonly truth: Truth;
  /** Milliseconds since the epoch, as EC2's launch times are. */
  now(): number;
  report(rule: string, what: string): void;
  isSurplus(instance: Instance): boolean;
}

interface Life {
  works: boolean;
  /** When it last began to work. */
  worksSince: number;
  /** The first moment at which it had worked, and did no more. */
  firstBreak: number | undefined;
  /** Since when its engine has had Raft state, in this boot; `undefined`: it has none. */
  stateSince: number | undefined;
}

/** Rules about ending machines and removing nodes that are not plainly gone: never on one look, and never two at once. */
export class EndingRules {
  readonly #parts: Parts;
  readonly #lives = new Map<string, Life>();
  /** When the member at this address was last seen to work. */
  readonly #workedAt = new Map<string, number>();
  /** Where the Raft group's members were when it last had a leader; `undefined`: it never had one. */
  #members: ReadonlySet<string> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** After any change of a machine or the Swarm. */
  changed(): void {
    const { truth, now } = this.#parts;
    const at = now();
    const leading = truth.leader()?.engine.instanceId;
    this.#members = truth.memberAddresses() ?? this.#members;
    for (const instance of truth.instances()) {
      const known = this.#lives.get(instance.id);
      if (instance.state === 'terminated' && known?.works !== true) continue;
      const works = truth.works(instance);
      const life = known ?? { works: false, worksSince: 0, firstBreak: undefined, stateSince: undefined };
      if (life.works && !works) life.firstBreak ??= at;
      if (!life.works && works) life.worksSince = at;
      const logicalId = instance.tags.get(TAG.logicalId);
      // One that leads, or votes and says so, works, although for a moment its node has the name of the machine before.
      const takesPart = instance.id === leading || (truth.votes(instance.id) && truth.answers(instance.id));
      if (logicalId !== undefined && (works || life.works || takesPart)) this.#workedAt.set(logicalId, at);
      life.works = works;
      life.stateSince = truth.hasState(instance.id) ? (life.stateSince ?? at) : undefined;
      this.#lives.set(instance.id, life);
    }
  }

  /** A machine that runs is about to be ended. */
  ends(instance: Instance, { surplus, decidedBefore, heldBack }: WhyEnded): void {
    if (surplus || instance.state !== 'running') return;
    this.changed();
    const { truth, now, report } = this.#parts;
    const life = this.#lives.get(instance.id);
    // One that works again since a moment ago did not when it was asked.
    const working = life?.works === true && now() - life.worksSince >= ASKED;
    const since = working ? now() : (life?.firstBreak ?? instance.launchedAt);
    if (!decidedBefore && !truth.waitsInVain(instance) && now() - since < LOOKED_AT_LEAST_SO_LONG_AGO) {
      report('looked-at-twice', `${instance.id} is ended, and nothing was wrong with it ${now() - since} ms ago`);
    }
    const own = instance.tags.get(TAG.logicalId);
    // One that was rebooted a moment ago had no state as long as its boot failed.
    if (own === undefined || life?.stateSince === undefined || now() - life.stateSince < ASKED) return;
    for (const logicalId of truth.managerIds()) {
      if (logicalId === own) continue;
      // One that was removed, and is declared again, is no member until it has joined.
      if (this.#members !== undefined && !this.#members.has(logicalId)) continue;
      // One that has never worked is no member yet, and is not missed.
      const without = now() - (this.#workedAt.get(logicalId) ?? now());
      if (without - heldBack < KNOWLEDGE) continue;
      report(
        'others-work-first',
        `${instance.id} at ${own} is ended, while ${logicalId} has not worked for ${without} ms`,
      );
    }
  }

  /** A machine begins with a script. */
  began(task: AgentTask): void {
    const { truth, now, report, isSurplus } = this.#parts;
    if (task.documentName !== documentName(truth.spec.cluster, 'node-remove')) return;
    const state = truth.state();
    const node = state?.nodes.get(task.parameters['node']?.[0] ?? '');
    const machine = truth.live().find(({ id }) => node !== undefined && id === truth.machineOf(node));
    if (node === undefined || machine === undefined || machine.tags.has(TAG.logicalId) || isSurplus(machine)) return;
    const successor = [...(state?.nodes.values() ?? [])].some(
      (other) => other.id !== node.id && truth.machineOf(other) === machine.id,
    );
    const age = now() - machine.launchedAt;
    if (successor || node.availability === 'drain' || age < LISTED_FOR_SURE) return;
    report(
      'only-dead-nodes-are-removed',
      `node ${node.id} of ${machine.id}, which is ${machine.state} and as declared`,
    );
  }
}
