import { NotStabilizedError } from '../errors.ts';
import type { ResourceContext } from './handler.ts';

const POLL = { firstMs: 50, growth: 1.5, mostMs: 2000 };

/** Asks again, at growing intervals, until the answer is yes. @throws NotStabilizedError, and the signal's reason */
export async function until(
  what: string,
  seconds: number,
  context: Pick<ResourceContext, 'clock' | 'signal'>,
  ask: () => Promise<boolean>,
): Promise<void> {
  const deadline = context.clock.monotonic() + seconds * 1000;
  let pause = POLL.firstMs;
  while (!(await ask())) {
    if (context.clock.monotonic() >= deadline) {
      throw new NotStabilizedError(what, seconds);
    }
    await context.clock.sleep(pause, context.signal);
    pause = Math.min(pause * POLL.growth, POLL.mostMs);
  }
}

/**
 * As `until`, of something that was just created: EC2 may not know it yet when it is asked
 * (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 */
export async function untilReady(
  what: string,
  seconds: number,
  context: Pick<ResourceContext, 'clock' | 'signal'>,
  ask: () => Promise<boolean>,
): Promise<void> {
  await until(what, seconds, context, async () => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Error && /(\.NotFound|^ResourceNotFoundException)$/.test(error.name)) {
        return false;
      }
      throw error;
    }
  });
}

/** Runs a call that removes something; one of these error codes means that it is gone already. */
export async function unlessGone(codes: readonly string[], call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isAwsError(error, codes)) {
      throw error;
    }
  }
}

/**
 * Removes something that others may still be letting go of: tried again as long as AWS answers that it is in use.
 * CloudFormation does the same, e.g. with interfaces of an instance that is just being terminated.
 */
export async function onceFree(
  what: string,
  context: Pick<ResourceContext, 'clock' | 'signal'>,
  codes: { readonly busy: readonly string[]; readonly gone: readonly string[] },
  call: () => Promise<unknown>,
): Promise<void> {
  let last: unknown;
  try {
    await until(what, 120, context, async () => {
      try {
        await unlessGone(codes.gone, call);
        return true;
      } catch (error) {
        if (!isAwsError(error, codes.busy)) {
          throw error;
        }
        last = error;
        return false;
      }
    });
  } catch (error) {
    // AWS's own words say what holds it, the timeout does not.
    throw error instanceof NotStabilizedError ? last : error;
  }
}

export function isAwsError(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(error.name);
}
