import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from './credentials.ts';

/** One answered API call. */
export interface CallEntry {
  /** Milliseconds since the epoch, when it was answered. */
  readonly at: number;
  readonly service: string;
  readonly action: string;
  /** AWS error code, or `undefined` when it succeeded. */
  readonly error: string | undefined;
  readonly principal: Principal | undefined;
  readonly userAgent: string | undefined;
}

/** Who made the request that is being answered. */
export interface Caller {
  readonly principal: Principal | undefined;
  readonly userAgent: string | undefined;
}

interface Frame {
  readonly caller: Caller;
  logged: boolean;
  open: boolean;
}

/**
 * The journal of all calls. Services say through `RegionContext.called` what they answered; who had called is kept
 * beside the request by the router, so that no service has to pass it on.
 */
export class CallLog {
  readonly #now: () => number;
  readonly #length: number;
  readonly #entries: CallEntry[] = [];
  readonly #listeners = new Set<(entry: CallEntry) => void>();
  readonly #frames = new AsyncLocalStorage<Frame>();

  constructor(now: () => number, length: number) {
    this.#now = now;
    this.#length = length;
  }

  /** Oldest first. */
  get entries(): readonly CallEntry[] {
    return this.#entries;
  }

  listen(listener: (entry: CallEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Answers a request under the name of its caller. What the service does not log itself is logged from `outcome`. */
  async during<T>(
    caller: Caller,
    answer: () => Promise<T>,
    outcome: (answer: T) => Pick<CallEntry, 'service' | 'action' | 'error'>,
  ): Promise<T> {
    const frame: Frame = { caller, logged: false, open: true };
    return this.#frames.run(frame, async () => {
      const result = await answer();
      if (!frame.logged) this.add(outcome(result));
      frame.open = false;
      return result;
    });
  }

  /** The caller of the request being answered; `undefined` in work that goes on in the background. */
  caller(): Caller | undefined {
    const frame = this.#frames.getStore();
    return frame?.open === true ? frame.caller : undefined;
  }

  add(call: Pick<CallEntry, 'service' | 'action' | 'error'>): void {
    const frame = this.#frames.getStore();
    if (frame !== undefined) frame.logged = true;
    const caller = this.caller();
    const entry: CallEntry = {
      at: this.#now(),
      service: call.service,
      action: call.action,
      error: call.error,
      principal: caller?.principal,
      userAgent: caller?.userAgent,
    };
    this.#entries.push(entry);
    if (this.#entries.length > this.#length) this.#entries.shift();
    for (const listener of this.#listeners) listener(entry);
  }
}
