import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../clock.ts';
import type { CommandOutcome } from './command-outcome.ts';
import { type Look, lookAtEach, lookAtList } from './look-at-invocations.ts';
import type { CommandOrder } from './run-command.ts';

/** A command that Systems Manager took. */
export interface Sent {
  readonly commandId: string;
  readonly instanceIds: readonly string[];
}

export interface Collecting {
  readonly ssm: SSMClient;
  readonly clock: Clock;
  readonly order: CommandOrder;
  /** By the monotonic clock. */
  readonly started: number;
}

/** Most scripts end within half a second: look soon, then less and less often. */
const POLL_MILLISECONDS = [150, 250, 350, 500, 750, 1000] as const;
/** Up to so many instances are asked for one by one, which gives their output whole; more are listed together. */
const ONE_BY_ONE = 10;

/** Polls the invocations of one command until each has ended or its time is over. */
export async function collect(
  { ssm, clock, order, started }: Collecting,
  { commandId, instanceIds }: Sent,
  outcomes: Map<string, CommandOutcome>,
): Promise<void> {
  const deadline = started + order.waitSeconds * 1000;
  const deliveryDeadline = Math.min(deadline, started + order.deliverySeconds * 1000);
  const open = new Map<string, { delivered: boolean }>(instanceIds.map((id) => [id, { delivered: false }]));
  const look = (): Promise<ReadonlyMap<string, Look>> => {
    const ids = [...open.keys()];
    return instanceIds.length > ONE_BY_ONE
      ? lookAtList(ssm, commandId, ids, order.document)
      : lookAtEach(ssm, commandId, ids);
  };
  for (let poll = 0; ; poll++) {
    const interval = POLL_MILLISECONDS[Math.min(poll, POLL_MILLISECONDS.length - 1)] ?? 1000;
    await clock.sleep(Math.max(0, Math.min(interval, deadline - clock.monotonic())));
    for (const [id, seen] of await look()) {
      const state = open.get(id);
      if (seen.outcome !== undefined) {
        outcomes.set(id, seen.outcome);
        open.delete(id);
      } else if (seen.delivered && state !== undefined) {
        state.delivered = true;
      }
    }
    const now = clock.monotonic();
    for (const [id, { delivered }] of open) {
      const outcome = delivered
        ? now >= deadline && { kind: 'timeout' as const, reason: `still running after ${order.waitSeconds} s` }
        : now >= deliveryDeadline && {
            kind: 'offline' as const,
            reason: `its agent did not take the command within ${order.deliverySeconds} s`,
          };
      if (outcome === false) continue;
      outcomes.set(id, outcome);
      open.delete(id);
    }
    if (open.size === 0) return;
  }
}
