import { METRIC, type Measurement } from '../metrics.ts';
import { haltOf } from '../plan/config.ts';
import type { PlanInput } from '../plan/world.ts';
import type { Performed } from '../reconcile/pass.ts';
import type { PassReport } from '../reconcile/reconcile.ts';
import { measureManagers } from './measure-managers.ts';
import { measureWorkers } from './measure-workers.ts';

/**
 * What a pass tells in figures. Those of a state are sent by every pass, so that an alarm on them ends with the state; what
 * is not known is not sent.
 * @param throttles calls that AWS refused as too many since the last pass
 */
export function measurePass(report: PassReport, throttles: number): readonly Measurement[] {
  const { input, performed, status, milliseconds } = report;
  const count = (metric: Measurement['metric'], value: number): Measurement => ({ metric, value });
  const parked = new Set(status.held.filter(({ rule }) => rule === 'parked').map(({ subject }) => subject));
  return [
    count(METRIC.passes, 1),
    { metric: METRIC.passSeconds, value: milliseconds / 1000 },
    ...measureWholeness(report),
    ...measureManagers(input),
    ...measureWorkers(input),
    count(METRIC.actions, performed.length),
    count(METRIC.failedActions, performed.filter(({ outcome }) => !outcome.ok).length),
    count(METRIC.failedLaunches, failedLaunches(input, performed)),
    count(METRIC.parkedSlots, parked.size),
    count(METRIC.failedRollouts, failedRollouts(input, performed)),
    count(METRIC.throttles, throttles),
  ];
}

function measureWholeness({ before, status }: PassReport): readonly Measurement[] {
  const { whole, at, notWholeSince = at } = status;
  const since = before?.whole === false ? (before.notWholeSince ?? before.at) : undefined;
  return [
    { metric: METRIC.whole, value: whole ? 1 : 0 },
    { metric: METRIC.secondsNotWhole, value: (at - notWholeSince) / 1000 },
    ...(whole && since !== undefined ? [{ metric: METRIC.secondsToWhole, value: (at - since) / 1000 }] : []),
  ];
}

/**
 * Refusals, and machines that ended before they were ready: of these it is known when the next launch of their slot counts one
 * failure more than the record of theirs.
 */
function failedLaunches({ records }: PlanInput, performed: readonly Performed[]): number {
  return performed
    .map(({ action, outcome }) => {
      if (action.kind !== 'launch') return 0;
      const refused = !outcome.ok && outcome.retry === 'backoff' ? 1 : 0;
      const known = records.launches.get(action.slot)?.failures ?? 0;
      return refused + (action.replay ? 0 : Math.max(0, action.failures - known));
    })
    .reduce<number>((sum, failures) => sum + failures, 0);
}

function failedRollouts(input: PlanInput, performed: readonly Performed[]): number {
  const halted = Object.keys(input.committed.spec.groups).filter(
    (group) => haltOf(input, group)?.by === 'controller',
  ).length;
  const now = performed.filter(
    ({ action, outcome }) => outcome.ok && (action.kind === 'haltRollout' || action.kind === 'rollBack'),
  ).length;
  return halted + now;
}
