/** Time as the system sees it; passed in everywhere, so that tests and the simulation own it. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** A clock that never jumps, in milliseconds from an arbitrary origin: for measuring durations. */
  monotonic(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
