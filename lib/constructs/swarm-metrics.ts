import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from '../metrics.ts';

/** The schedule makes a pass every minute, so a minute never goes without a figure. */
const PERIOD = Duration.minutes(1);

/** A metric of one cluster, as its reconciler sends it. What `options` says goes before the defaults. */
export function swarmMetric(
  cluster: string,
  name: MetricName,
  statistic: string,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { [METRIC_DIMENSION]: cluster },
    statistic,
    period: PERIOD,
    ...options,
  });
}
