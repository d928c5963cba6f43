import type { Plan } from '../plan/action.ts';
import { compareText } from '../plan/world.ts';
import type { ClusterStatus, EventRecord } from '../store/store.ts';

/** A status that says the same is written again only after this long, as a sign of life. */
const SIGN_OF_LIFE = 5 * 60_000;

/**
 * Whole: nothing to do, nothing held back, nothing waited for, and the machines themselves were asked.
 * @param before the status that it follows: since when the cluster has not been whole is carried on from there
 */
export function statusOf(
  plan: Plan,
  asked: boolean,
  before: ClusterStatus | undefined,
  { specVersion, fence, at }: Pick<ClusterStatus, 'specVersion' | 'fence' | 'at'>,
): ClusterStatus {
  const idle = plan.actions.length === 0 && plan.held.length === 0 && plan.waiting.length === 0;
  const whole = idle && asked;
  const since = before === undefined || before.whole ? at : (before.notWholeSince ?? before.at);
  return {
    whole,
    at,
    notWholeSince: whole ? undefined : since,
    fence,
    specVersion,
    held: plan.held.map(({ rule, subject, reason }) => ({ rule, subject, reason })),
    waiting: plan.waiting.map(({ what, subject }) => ({ what, subject })),
  };
}

export function isWorthWriting(before: ClusterStatus | undefined, now: ClusterStatus): boolean {
  if (before === undefined) return true;
  return fingerprint(before) !== fingerprint(now) || now.at - before.at >= SIGN_OF_LIFE;
}

/** Reasons may carry ages and times, so they don't count as a change. */
function fingerprint(status: ClusterStatus): string {
  const held = status.held.map(({ rule, subject }) => `${rule} ${subject}`).sort(compareText);
  const waiting = status.waiting.map(({ what, subject }) => `${what} ${subject}`).sort(compareText);
  return JSON.stringify([status.whole, status.specVersion, held, waiting]);
}

/** Events for what changed from one status to the next: becoming whole or not, and things newly held back. */
export function changesOf(
  before: ClusterStatus | undefined,
  now: ClusterStatus,
  cluster: string,
): readonly EventRecord[] {
  const event = { at: now.at, fence: now.fence };
  const events: EventRecord[] = [];
  if (now.whole && before?.whole !== true) {
    events.push({
      ...event,
      kind: 'whole',
      name: 'whole',
      subject: cluster,
      reason: `spec version ${now.specVersion} is in force and everything is healthy`,
    });
  }
  if (!now.whole && before?.whole === true) {
    const what = [...now.held.map((one) => one.subject), ...now.waiting.map((one) => one.subject)];
    events.push({
      ...event,
      kind: 'not-whole',
      name: 'not-whole',
      subject: cluster,
      reason: `something changed: ${[...new Set(what)].join(', ') || 'work to do'}`,
    });
  }
  const already = new Set(before?.held.map(({ rule, subject }) => `${rule} ${subject}`));
  for (const { rule, subject, reason } of now.held) {
    if (!already.has(`${rule} ${subject}`)) events.push({ ...event, kind: 'held', name: rule, subject, reason });
  }
  return events;
}
