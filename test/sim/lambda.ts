import type { VirtualClock } from '../../lab/sim/clock.ts';
import type { Convergence } from '../../lib/reconcile/reconcile.ts';
import type { Dice } from './dice.ts';
import { type CallWatch, Invocation } from './invocation.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

/** As deployed: lib/constructs/controller.ts. */
const TIME_LIMIT = 300_000;
const RETRIES = 2;
const RETRY_AFTER = [60_000, 120_000] as const;
const SCHEDULE = 60_000;
/** Longer than a lease lasts. */
const FROZEN_FOR = [5_000, 90_000] as const;

interface LambdaParts {
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly timeline: Timeline;
  run(invocation: Invocation): Promise<Convergence>;
  ended(invocation: Invocation, outcome: Convergence | { readonly outcome: 'failed'; readonly error: unknown }): void;
}

/** Kills the world's n-th call's invocation before it asks, or after it asked: for exhaustive crash points. */
export interface CrashPoint {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** The function service: starts invocations, as many at once as are asked for, retries them, and ends them. */
export class LambdaModel {
  readonly #parts: LambdaParts;
  readonly running = new Set<Invocation>();
  readonly watch: CallWatch;
  /** Calls of all invocations so far. */
  calls = 0;
  crashPoint: CrashPoint | undefined;
  started = 0;

  constructor(parts: LambdaParts) {
    this.#parts = parts;
    this.watch = {
      before: (invocation, what) => {
        this.calls += 1;
        if (this.#hit('before', this.calls) || parts.dice.chance(parts.weather.killed / 2))
          this.kill(invocation, `before ${what}`);
        else if (parts.dice.chance(parts.weather.frozen)) this.freeze(invocation);
        return this.calls;
      },
      after: (invocation, what, call) => {
        if (this.#hit('after', call) || parts.dice.chance(parts.weather.killed / 2))
          this.kill(invocation, `after ${what}`);
      },
    };
  }

  #hit(when: CrashPoint['when'], call: number): boolean {
    return this.crashPoint?.when === when && this.crashPoint.call === call;
  }

  /** The schedule of the template. Goes on for ever. */
  async schedule(): Promise<void> {
    for (;;) {
      await this.#parts.clock.sleep(SCHEDULE);
      this.invoke('schedule');
    }
  }

  invoke(why: string, attempt = 0): void {
    void this.#invoke(why, attempt);
  }

  async #invoke(why: string, attempt: number): Promise<void> {
    const { clock, dice, weather, timeline, run, ended } = this.#parts;
    await clock.sleep(dice.within([5, 400]));
    this.started += 1;
    const invocation = new Invocation({
      id: this.started,
      base: clock,
      skew: weather.skew === 0 ? 0 : Math.round((dice.random() * 2 - 1) * weather.skew),
      deadline: clock.monotonic() + TIME_LIMIT,
    });
    this.running.add(invocation);
    const skew = invocation.skew === 0 ? '' : `, its clock ${invocation.skew} ms off`;
    timeline.add('lambda', `${invocation.name} starts: ${why}${attempt > 0 ? `, attempt ${attempt + 1}` : ''}${skew}`);
    void this.#killAtDeadline(invocation);
    try {
      const outcome = await run(invocation);
      this.#end(invocation);
      timeline.add('lambda', `${invocation.name} ends: ${JSON.stringify(outcome)}`);
      ended(invocation, outcome);
    } catch (error) {
      this.#end(invocation);
      timeline.add('lambda', `${invocation.name} fails: ${String(error)}`);
      ended(invocation, { outcome: 'failed', error });
      this.#retry(why, attempt);
    }
  }

  #end(invocation: Invocation): void {
    invocation.state = 'ended';
    this.running.delete(invocation);
  }

  #retry(why: string, attempt: number): void {
    if (attempt >= RETRIES) return;
    void this.#parts.clock.sleep(RETRY_AFTER[attempt] ?? 0).then(() => this.invoke(why, attempt + 1));
  }

  async #killAtDeadline(invocation: Invocation): Promise<void> {
    await this.#parts.clock.sleep(TIME_LIMIT);
    if (!invocation.over) this.kill(invocation, 'at its time limit');
  }

  kill(invocation: Invocation, when: string): void {
    if (invocation.over) return;
    this.#parts.timeline.add('fault', `${invocation.name} is killed ${when}`);
    invocation.kill();
    this.running.delete(invocation);
  }

  freeze(invocation: Invocation): void {
    if (invocation.state !== 'running') return;
    const { clock, dice, timeline } = this.#parts;
    const milliseconds = dice.within(FROZEN_FOR);
    timeline.add('fault', `${invocation.name} is frozen for ${milliseconds} ms`);
    invocation.freeze();
    void clock.sleep(milliseconds).then(() => invocation.thaw());
  }

  thawAll(): void {
    for (const invocation of this.running) invocation.thaw();
  }
}
