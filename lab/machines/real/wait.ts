import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** What was waited for on the host did not come. */
export class HostTimeoutError extends Error {
  readonly code = 'HostTimeout';
  constructor(what: string, milliseconds: number) {
    super(`${what}: not within ${milliseconds} ms; look at the machine's processes and mounts, or destroy the lab`);
    this.name = 'HostTimeoutError';
  }
}

/** Asks until the answer is true. The kernel has no event for most of what is waited for here. @throws HostTimeoutError */
export async function until(
  what: string,
  milliseconds: number,
  holds: () => Promise<boolean>,
  interval = 20,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new HostTimeoutError(what, milliseconds);
    await sleep(interval);
  }
}
