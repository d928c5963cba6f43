import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type Measurement, unitOf } from '../lib/metrics.ts';

/**
 * Sends figures by way of the function's log, in CloudWatch's embedded metric format: no call, no permission, and each line
 * with the time at which it was measured. Alarms and graphs look for the one dimension that `lib/metrics.ts` promises.
 */
export function createMetrics(cluster: string): (measurements: readonly Measurement[]) => void {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  // Powertools begins with `service`: a metric with two dimensions is another one than that with `Cluster` alone.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [METRIC_DIMENSION]: cluster });
  return (measurements) => {
    for (const { metric, value } of measurements) metrics.addMetric(metric, unitOf(metric), value);
    metrics.publishStoredMetrics();
  };
}
