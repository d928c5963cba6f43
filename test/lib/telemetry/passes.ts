import type { Measurement, MetricName } from '../../../lib/metrics.ts';
import { plan } from '../../../lib/plan/plan.ts';
import type { PlanInput } from '../../../lib/plan/world.ts';
import type { Performed } from '../../../lib/reconcile/pass.ts';
import type { PassReport } from '../../../lib/reconcile/reconcile.ts';
import { statusOf } from '../../../lib/reconcile/status.ts';
import { measurePass } from '../../../lib/telemetry/measure-pass.ts';
import { planInput, type TestCluster } from '../../support/cluster.ts';

export type Figures = Readonly<Partial<Record<MetricName, number>>>;

/** What the loop reports of a pass that found the cluster so. */
export function reportOf(
  cluster: TestCluster,
  change: Partial<Pick<PassReport, 'performed' | 'before' | 'milliseconds'>> = {},
  input: PlanInput = planInput(cluster),
): PassReport {
  const { performed = [], before, milliseconds = 1200 } = change;
  const decided = plan(input);
  const asked = input.observation.probes !== undefined;
  const status = statusOf(decided, asked, before, { specVersion: 1, fence: 7, at: input.now });
  return { input, plan: decided, performed, asked, fence: 7, pass: 1, before, status, milliseconds };
}

export function figuresOf(report: PassReport, throttles = 0): Figures {
  return byName(measurePass(report, throttles));
}

export function byName(measurements: readonly Measurement[]): Figures {
  return Object.fromEntries(measurements.map(({ metric, value }) => [metric, value]));
}

export function performed(
  action: Performed['action'],
  failure?: { code: string; retry: 'soon' | 'backoff' },
): Performed {
  if (failure === undefined) return { action, outcome: { ok: true, detail: 'done' } };
  return { action, outcome: { ok: false, message: 'no', ...failure } };
}
