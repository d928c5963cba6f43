import type { Clock } from '../../../lib/clock.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Queues } from '../sqs/service.ts';
import { type Finished, sendDeadLetter, sendRecord } from './destinations.ts';
import {
  DEFAULT_EVENT_INVOKE,
  type EventInvokeConfig,
  failure,
  type LambdaFunction,
  type Outcome,
} from './function.ts';
import type { RolePermits, Runner } from './runner.ts';

/** A function as it is when its turn comes; `undefined` when it is gone. */
export type Lookup = (
  name: string,
) => { function: LambdaFunction; eventInvoke: EventInvokeConfig | undefined; concurrency: number } | undefined;

export interface AsyncInvokerOptions {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly queues: Queues;
  readonly permits: RolePermits;
  readonly lookup: Lookup;
  /** Waits before the retries; the last is used for all further ones. */
  readonly retryDelaysMs: readonly number[];
  /** Told of what went wrong with nobody waiting for an answer, e.g. a destination that does not exist. */
  readonly complain: (fn: LambdaFunction, message: string) => void;
  /** Follows background work to its end and keeps its failures. */
  readonly background: (what: string, work: Promise<void>) => void;
}

/** A minute, then two. Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const AWS_RETRY_DELAYS_MS = [60_000, 120_000];

/** The queue of events in front of the functions: retries failed ones, then sends them to the failure destination. */
export class AsyncInvoker {
  readonly #options: AsyncInvokerOptions;
  readonly #stop = new AbortController();
  readonly #undelivered = new Map<string, number>();

  constructor(options: AsyncInvokerOptions) {
    this.#options = options;
  }

  /** Takes the event and returns at once. */
  accept(name: string, requestId: string, payload: string, trigger: string): void {
    this.#count(name, 1);
    const delivery = this.#deliver(name, requestId, payload, trigger).finally(() => this.#count(name, -1));
    this.#options.background(`event for ${name}`, this.#untilStopped(delivery));
  }

  /** Events that were accepted for a function and have not come to their end: running, waiting for a place or a retry. */
  undelivered(name: string): number {
    return this.#undelivered.get(name) ?? 0;
  }

  /** Forgets all waiting events. */
  stop(): void {
    this.#stop.abort();
  }

  #count(name: string, change: number): void {
    this.#undelivered.set(name, this.undelivered(name) + change);
  }

  async #untilStopped(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  async #deliver(name: string, requestId: string, payload: string, trigger: string): Promise<void> {
    const { clock, runner, lookup } = this.#options;
    const accepted = clock.now();
    let throttled = 0;
    for (let attempt = 1; ; ) {
      const target = lookup(name);
      if (target === undefined || this.#stop.signal.aborted) return;
      const settings = target.eventInvoke ?? DEFAULT_EVENT_INVOKE;
      const run = { function: target.function, requestId, payload, trigger, attempt, concurrency: target.concurrency };
      const outcome = await runner.run(run);
      const age = clock.now() - accepted;
      const tooOld = age >= settings.maximumEventAgeSeconds * 1000;
      const finished = { function: target.function, requestId, payload, attempts: attempt };
      if (outcome?.kind === 'success') {
        this.#finish(settings.onSuccess, { ...finished, outcome, condition: 'Success' });
        return;
      }
      if (tooOld) {
        const why: Outcome =
          outcome ?? failure('TooManyRequestsException', 'Rate exceeded until the event was too old');
        this.#finish(settings.onFailure, { ...finished, outcome: why, condition: 'EventAgeExceeded' });
        return;
      }
      if (outcome === undefined) {
        // Throttled events go back to the queue for up to six hours, waiting longer and longer; they use up no retry.
        await clock.sleep(Math.min(1000 * 2 ** throttled, 300_000), this.#stop.signal);
        throttled += 1;
        continue;
      }
      if (attempt > settings.maximumRetryAttempts) {
        this.#finish(settings.onFailure, { ...finished, outcome, condition: 'RetriesExhausted' });
        return;
      }
      await clock.sleep(this.#delay(attempt), this.#stop.signal);
      attempt += 1;
    }
  }

  #delay(attempt: number): number {
    const { retryDelaysMs } = this.#options;
    return retryDelaysMs[attempt - 1] ?? retryDelaysMs.at(-1) ?? 0;
  }

  #finish(destination: string | undefined, finished: Finished): void {
    const { queues, clock, complain } = this.#options;
    const fn = finished.function;
    const failed = finished.condition !== 'Success';
    try {
      if (destination !== undefined) {
        this.#mustReach(fn, destination);
        sendRecord(queues, clock, destination, finished);
      }
      if (failed && fn.deadLetterArn !== undefined) {
        this.#mustReach(fn, fn.deadLetterArn);
        sendDeadLetter(queues, fn.deadLetterArn, finished);
      }
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      complain(fn, `the record of ${finished.requestId} could not be delivered: ${error.code}: ${error.message}`);
    }
  }

  #mustReach(fn: LambdaFunction, queue: string): void {
    if (this.#options.permits(fn, 'sqs:SendMessage', queue)) return;
    throw new ServiceError(
      'AccessDenied',
      `${fn.roleArn} is not authorized to perform: sqs:SendMessage on ${queue}`,
      403,
    );
  }
}
