import type { Clock } from '../../../../lib/clock.ts';
import { failure, type LambdaFunction, type Measured, type Outcome } from '../function.ts';
import { FunctionProcess } from './function-process.ts';
import { RuntimeApi, type RuntimeReport } from './runtime-api.ts';

export interface EnvironmentOrder {
  readonly function: LambdaFunction;
  readonly clock: Clock;
  /** What the lab adds to the function's own variables: credentials, Region, endpoint, the reserved ones. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

export interface Call {
  readonly requestId: string;
  readonly payload: string;
}

/** AWS gives a function 10 s to load. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_SECONDS = 10;

/**
 * One process of a function, and the invocations it runs, one at a time. It starts with the first of them.
 * After a time-out, an exit or a failed start it is `dead` and never used again.
 */
export class ExecutionEnvironment {
  readonly function: LambdaFunction;
  readonly #order: EnvironmentOrder;
  readonly #api: RuntimeApi;
  #process: FunctionProcess | undefined;
  #state: 'new' | 'busy' | 'idle' | 'dead' = 'new';
  /** The party that waits for the next report; a process that goes speaks, too. */
  #listener: ((report: RuntimeReport | { kind: 'exit'; how: string }) => void) | undefined;

  constructor(order: EnvironmentOrder) {
    this.function = order.function;
    this.#order = order;
    this.#api = new RuntimeApi((report) => this.#listener?.(report));
  }

  get state(): 'new' | 'busy' | 'idle' | 'dead' {
    return this.#state;
  }

  async invoke(call: Call): Promise<Measured> {
    const { clock } = this.#order;
    const cold = this.#state === 'new';
    this.#state = 'busy';
    const began = clock.monotonic();
    const failedInit = cold ? await this.#start(call.requestId) : undefined;
    const started = clock.monotonic();
    const outcome = failedInit ?? (await this.#run(call));
    const ended = clock.monotonic();
    const maxMemoryMb = this.#process?.peakMemoryMb();
    await linesRead();
    if (this.state === 'dead') await this.end();
    else this.#state = 'idle';
    return { outcome, durationMs: ended - started, initMs: cold ? started - began : undefined, maxMemoryMb };
  }

  /** Ends the process, if there is one; what it was running ends as an error. */
  async end(): Promise<void> {
    this.#state = 'dead';
    await this.#process?.kill();
    this.#api.close();
  }

  /** Resolves with `undefined` when the process asks for its first event. */
  async #start(requestId: string): Promise<Outcome | undefined> {
    const fn = this.function;
    const address = await this.#api.listen();
    const report = this.#next(INIT_SECONDS * 1000);
    this.#process = new FunctionProcess({
      codeDirectory: fn.code.directory,
      memoryMb: fn.memoryMb,
      environment: { ...fn.environment, ...this.#order.variables, AWS_LAMBDA_RUNTIME_API: address },
      onLine: this.#order.onLine,
      onExit: (how) => {
        this.#state = 'dead';
        this.#listener?.({ kind: 'exit', how });
      },
    });
    const heard = await report;
    if (heard.kind === 'ready') return undefined;
    this.#state = 'dead';
    switch (heard.kind) {
      case 'init-error':
        return reported(heard.payload);
      case 'exit':
        return exited(requestId, heard.how);
      default:
        return failure(
          'Sandbox.Timedout',
          `RequestId: ${requestId} Error: Task timed out after ${INIT_SECONDS}.00 seconds`,
        );
    }
  }

  async #run(call: Call): Promise<Outcome> {
    const { clock } = this.#order;
    const { arn, timeoutSeconds } = this.function;
    const milliseconds = timeoutSeconds * 1000;
    const report = this.#next(milliseconds);
    this.#api.give({ ...call, functionArn: arn, deadline: clock.now() + milliseconds });
    const heard = await report;
    switch (heard.kind) {
      case 'response':
        await this.#readyAgain();
        return { kind: 'success', payload: heard.payload };
      case 'error':
        await this.#readyAgain();
        return reported(heard.payload);
      case 'exit':
        return exited(call.requestId, heard.how);
      default: {
        this.#state = 'dead';
        const message = `${new Date(clock.now()).toISOString()} ${call.requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
        this.#order.onLine(message);
        return failure(
          'Sandbox.Timedout',
          `RequestId: ${call.requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
        );
      }
    }
  }

  /** After its answer the process asks for more: only then can it be given the next event. */
  async #readyAgain(): Promise<void> {
    if (this.#api.waiting) return;
    const heard = await this.#next(INIT_SECONDS * 1000);
    if (heard.kind !== 'ready') this.#state = 'dead';
  }

  /** The next thing that is heard of the process, or that time is up. */
  async #next(milliseconds: number): Promise<RuntimeReport | { kind: 'exit'; how: string } | { kind: 'timeout' }> {
    const timer = new AbortController();
    const heard = new Promise<RuntimeReport | { kind: 'exit'; how: string }>((resolve) => {
      this.#listener = resolve;
    });
    const late = this.#order.clock.sleep(milliseconds, timer.signal).then(
      () => ({ kind: 'timeout' as const }),
      () => heard,
    );
    try {
      return await Promise.race([heard, late]);
    } finally {
      this.#listener = undefined;
      timer.abort();
    }
  }
}

function reported(payload: string): Outcome {
  const { errorType, errorMessage } = JSON.parse(payload) as { errorType: string; errorMessage: string };
  return { kind: 'error', errorType, errorMessage, payload };
}

function exited(requestId: string, how: string): Outcome {
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);
}

/**
 * A process writes its lines before it answers, but through another channel. Two turns of the event loop
 * read what lies in the pipes, so that a line stands before the REPORT of its own invocation.
 */
async function linesRead(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
