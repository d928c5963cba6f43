import type { Clock } from '../../../lib/clock.ts';
import type { LambdaFunction } from './function.ts';
import type { ExecutionEnvironment } from './runtime/execution-environment.ts';

interface IdleEntry {
  readonly environment: ExecutionEnvironment;
  /** Aborted when the process is used again. */
  readonly timer: AbortController;
}

/** The processes of one function: idle ones are used again, the newest first; more are made up to the limit. */
export class EnvironmentPool {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #create: (fn: LambdaFunction) => ExecutionEnvironment;
  readonly #busy = new Set<ExecutionEnvironment>();
  readonly #idle: IdleEntry[] = [];

  constructor(clock: Clock, idleMs: number, create: (fn: LambdaFunction) => ExecutionEnvironment) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#create = create;
  }

  get size(): { busy: number; idle: number } {
    return { busy: this.#busy.size, idle: this.#idle.length };
  }

  /** `undefined`: as many run as may. Give it back after use. */
  take(fn: LambdaFunction, limit: number): ExecutionEnvironment | undefined {
    if (this.#busy.size >= limit) return undefined;
    const environment = this.#warm() ?? this.#create(fn);
    this.#busy.add(environment);
    return environment;
  }

  /** The newest of the idle ones that is alive: a process may end while nothing is asked of it. */
  #warm(): ExecutionEnvironment | undefined {
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      entry.timer.abort();
      if (entry.environment.state !== 'dead') return entry.environment;
      void entry.environment.end();
    }
    return undefined;
  }

  /** Keeps the process warm, unless it is dead or its function has been changed since. */
  async giveBack(environment: ExecutionEnvironment, current: LambdaFunction | undefined): Promise<void> {
    this.#busy.delete(environment);
    if (environment.state === 'dead' || environment.function.revision !== current?.revision) {
      await environment.end();
      return;
    }
    const timer = new AbortController();
    const entry = { environment, timer };
    this.#idle.push(entry);
    this.#clock.sleep(this.#idleMs, timer.signal).then(
      () => this.#retire(entry),
      () => undefined,
    );
  }

  /** Ends the idle processes: the function was changed. Busy ones end when they come back. */
  async dropIdle(): Promise<void> {
    const idle = this.#idle.splice(0);
    for (const { timer } of idle) timer.abort();
    await Promise.all(idle.map(({ environment }) => environment.end()));
  }

  /** Ends all processes, also those at work. */
  async end(): Promise<void> {
    await Promise.all([this.dropIdle(), ...[...this.#busy].map((environment) => environment.end())]);
  }

  async #retire(entry: IdleEntry): Promise<void> {
    const at = this.#idle.indexOf(entry);
    if (at === -1) return;
    this.#idle.splice(at, 1);
    await entry.environment.end();
  }
}
