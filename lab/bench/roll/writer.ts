import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../../demo/stage.ts';

export interface WriteReport {
  readonly writes: number;
  /** Writes that a manager refused, or did not answer, before another one took them. */
  readonly retried: number;
  /** Writes that found the managers without a leader at first. */
  readonly withoutLeader: number;
  readonly longestMs: number;
  /** Writes that no manager took although there was a leader. */
  readonly failures: readonly { readonly at: number; readonly why: string }[];
  /** Names of what was acknowledged. */
  readonly acknowledged: readonly string[];
}

const EVERY_MS = 1_000;
const PAUSE_MS = 250;
/** Rounds over all managers, with a leader known, after which a write has failed. */
const ROUNDS = 3;
/** Of all rounds, also while there is no leader: then it is an outage and no failed write. */
const PATIENCE_MS = 60_000;
/** Writes under way at a time: on a machine that is too slow for one a second, fewer are begun. */
const OPEN = 5;

/** Writes a config object into the Swarm's Raft store every second, at one manager after the other until one takes it. */
export class Writer implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #name: string;
  readonly #run: Promise<void>;
  readonly #acknowledged: string[] = [];
  readonly #failures: { readonly at: number; readonly why: string }[] = [];
  readonly #open = new Set<Promise<void>>();
  #stopped = false;
  #writes = 0;
  #retried = 0;
  #withoutLeader = 0;
  #longest = 0;

  /** @param name first part of the names of what it writes, its own */
  constructor(stage: Stage, name: string) {
    this.#stage = stage;
    this.#name = name;
    this.#run = this.#every();
  }

  async stop(): Promise<WriteReport> {
    this.#stopped = true;
    await this.#run;
    return {
      writes: this.#writes,
      retried: this.#retried,
      withoutLeader: this.#withoutLeader,
      longestMs: Math.round(this.#longest),
      failures: this.#failures,
      acknowledged: this.#acknowledged,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#run.catch(() => undefined);
  }

  async #every(): Promise<void> {
    while (!this.#stopped) {
      if (this.#open.size < OPEN) {
        this.#writes += 1;
        const made: Promise<void> = this.#write(this.#writes).finally(() => this.#open.delete(made));
        this.#open.add(made);
      }
      await sleep(EVERY_MS);
    }
    await Promise.all(this.#open);
  }

  async #write(number: number): Promise<void> {
    const name = `${this.#name}-${number}`;
    const began = performance.now();
    let [refusedRounds, leaderless] = [0, false];
    let refusals: readonly string[] = [];
    while (refusedRounds < ROUNDS && performance.now() - began < PATIENCE_MS) {
      refusals = await this.#round(name, number);
      if (refusals.length === 0) {
        if (refusedRounds > 0) this.#retried += 1;
        if (leaderless) this.#withoutLeader += 1;
        this.#longest = Math.max(this.#longest, performance.now() - began);
        this.#acknowledged.push(name);
        return;
      }
      if (await this.#hasLeader()) refusedRounds += 1;
      else leaderless = true;
      await sleep(PAUSE_MS);
    }
    this.#failures.push({ at: Date.now(), why: refusals.join('; ') });
  }

  /** One try at each manager. @returns why nobody took it; empty: one did */
  async #round(name: string, number: number): Promise<readonly string[]> {
    const managers = await this.#stage.machines.running('managers');
    const refusals: string[] = [];
    for (let index = 0; index < managers.length; index += 1) {
      const manager = managers[(number + index) % managers.length];
      if (manager === undefined) continue;
      const refusal = await this.#try(manager.id, name);
      if (refusal === undefined) {
        if (refusals.length > 0) this.#retried += 1;
        return [];
      }
      refusals.push(`${manager.address}: ${refusal}`);
    }
    return refusals.length === 0 ? ['no manager runs'] : refusals;
  }

  /** @returns why it was refused */
  async #try(instanceId: string, name: string): Promise<string | undefined> {
    const script = `echo ${name} | timeout 8 docker config create ${name} -`;
    try {
      const { code, stderr } = await this.#stage.engines.run(instanceId, ['sh', '-c', script]);
      // An answer may have been lost: what is there under its own name was written.
      if (code === 0 || stderr.includes('AlreadyExists') || stderr.includes('already exists')) return undefined;
      return code === 124 ? 'no answer' : stderr.trim();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #hasLeader(): Promise<boolean> {
    const nodes = await this.#stage.engines.nodes();
    return nodes?.some(({ managerStatus }) => managerStatus === 'Leader') ?? false;
  }
}
