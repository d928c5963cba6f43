import type { Clock } from '../../../lib/clock.ts';
import { hex, uuid } from '../ids.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { LambdaFunction, Measured, Outcome } from './function.ts';
import type { InvocationJournal } from './journal.ts';
import { EnvironmentPool } from './pool.ts';
import { ExecutionEnvironment } from './runtime/execution-environment.ts';

/** Credentials for a function's role. */
export interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** May the function's role do it? Lambda does some things in its name: it writes the log and sends records of failures. */
export type RolePermits = (fn: LambdaFunction, action: string, resource: string) => boolean;

export interface RunnerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly region: string;
  readonly logs: LogStore;
  readonly journal: InvocationJournal;
  readonly credentials: (fn: LambdaFunction) => FunctionCredentials;
  /** The lab's own address, given to functions as `AWS_ENDPOINT_URL`; `undefined` when it does not listen. */
  readonly endpoint: () => string | undefined;
  readonly permits: RolePermits;
  /** Milliseconds that an idle process is kept. */
  readonly idleMs: number;
}

export interface RunOrder {
  readonly function: LambdaFunction;
  readonly requestId: string;
  readonly payload: string;
  readonly trigger: string;
  readonly attempt: number;
  readonly concurrency: number;
}

/** Runs functions in their processes, writes their logs and the journal. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #pools = new Map<string, EnvironmentPool>();
  /** The newest version of each function: processes of an older one are not kept. */
  readonly #current = new Map<string, LambdaFunction>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  requestId(): string {
    return uuid(this.#options.random);
  }

  /** @returns `undefined` when the concurrency limit is reached. */
  async run(order: RunOrder): Promise<Outcome | undefined> {
    const pool = this.#pool(order.function.name);
    this.#current.set(order.function.name, order.function);
    const environment = pool.take(order.function, order.concurrency);
    if (environment === undefined) return undefined;
    const startedAt = this.#options.clock.now();
    const write = this.#writer(environment);
    write(`START RequestId: ${order.requestId} Version: $LATEST`);
    try {
      const measured = await environment.invoke({ requestId: order.requestId, payload: order.payload });
      const billedMs = Math.ceil(measured.durationMs + (measured.initMs ?? 0));
      write(`END RequestId: ${order.requestId}`);
      write(reportLine(order, measured, billedMs));
      this.#journal(order, measured, startedAt, billedMs);
      return measured.outcome;
    } finally {
      await pool.giveBack(environment, this.#current.get(order.function.name));
    }
  }

  /** The function has been changed: its next invocation runs in a new process. */
  async changed(fn: LambdaFunction): Promise<void> {
    this.#current.set(fn.name, fn);
    await this.#pools.get(fn.name)?.dropIdle();
  }

  async removed(name: string): Promise<void> {
    this.#current.delete(name);
    await this.#pools.get(name)?.dropIdle();
  }

  /** Processes of a function, for people. */
  processes(name: string): { busy: number; idle: number } {
    return this.#pools.get(name)?.size ?? { busy: 0, idle: 0 };
  }

  /** Ends every process. */
  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  #pool(name: string): EnvironmentPool {
    const existing = this.#pools.get(name);
    if (existing !== undefined) return existing;
    const { clock, idleMs } = this.#options;
    const pool = new EnvironmentPool(clock, idleMs, (fn) => this.#environment(fn));
    this.#pools.set(name, pool);
    return pool;
  }

  readonly #streams = new WeakMap<ExecutionEnvironment, string>();

  #environment(fn: LambdaFunction): ExecutionEnvironment {
    const { clock, random, logs } = this.#options;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[$LATEST]${hex(random, 32)}`;
    const environment = new ExecutionEnvironment({
      function: fn,
      clock,
      variables: this.#variables(fn, stream),
      onLine: (line) => {
        if (this.#mayLog(fn, stream)) logs.write(fn.logGroup, stream, line);
      },
    });
    this.#streams.set(environment, stream);
    return environment;
  }

  #writer(environment: ExecutionEnvironment): (line: string) => void {
    const stream = this.#streams.get(environment) ?? '';
    const { function: fn } = environment;
    return (line) => {
      if (this.#mayLog(fn, stream)) this.#options.logs.write(fn.logGroup, stream, line);
    };
  }

  /** A function whose role may not write its log runs all the same, and nobody is told. */
  #mayLog(fn: LambdaFunction, stream: string): boolean {
    const [, partition, , region, account] = fn.arn.split(':');
    const resource = `arn:${partition}:logs:${region}:${account}:log-group:${fn.logGroup}:log-stream:${stream}`;
    return ['logs:CreateLogStream', 'logs:PutLogEvents'].every((action) => this.#options.permits(fn, action, resource));
  }

  /** The variables that Lambda sets. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
  #variables(fn: LambdaFunction, stream: string): Record<string, string> {
    const { region, credentials, endpoint } = this.#options;
    const keys = credentials(fn);
    const address = endpoint();
    return {
      _HANDLER: fn.handler,
      LAMBDA_TASK_ROOT: fn.code.directory,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: stream,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
      ...(address === undefined ? {} : { AWS_ENDPOINT_URL: address }),
    };
  }

  #journal(order: RunOrder, measured: Measured, startedAt: number, billedMs: number): void {
    const { outcome } = measured;
    this.#options.journal.add({
      requestId: order.requestId,
      functionName: order.function.name,
      trigger: order.trigger,
      attempt: order.attempt,
      startedAt,
      durationMs: measured.durationMs,
      billedMs,
      initMs: measured.initMs,
      maxMemoryMb: measured.maxMemoryMb,
      error: outcome.kind === 'error' ? { type: outcome.errorType, message: outcome.errorMessage } : undefined,
    });
  }
}

/** As Lambda writes it, the parts it could not measure left out. */
function reportLine(order: RunOrder, measured: Measured, billedMs: number): string {
  const parts = [
    `REPORT RequestId: ${order.requestId}`,
    `Duration: ${measured.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${order.function.memoryMb} MB`,
  ];
  if (measured.maxMemoryMb !== undefined) parts.push(`Max Memory Used: ${measured.maxMemoryMb} MB`);
  if (measured.initMs !== undefined) parts.push(`Init Duration: ${measured.initMs.toFixed(2)} ms`);
  return parts.join('\t');
}
