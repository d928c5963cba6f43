import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC, type MetricName } from '../metrics.ts';
import type { AlarmKey } from '../names.ts';
import { managerGroup } from '../spec/groups.ts';
import type { ClusterSpec } from '../spec/spec.ts';
import type { Controller } from './controller.ts';
import { swarmMetric } from './swarm-metrics.ts';

const { LESS_THAN_THRESHOLD, LESS_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } =
  cloudwatch.ComparisonOperator;
const { BREACHING, NOT_BREACHING, IGNORE } = cloudwatch.TreatMissingData;
const { MAXIMUM, MINIMUM, SUM } = cloudwatch.Stats;

export interface AlarmConditionsProps {
  readonly spec: ClusterSpec;
  readonly controller: Controller;
  /** @default a day, as the controller's */
  readonly tokenRotationHours?: number | undefined;
}

/** When an alarm goes off. Its period is a minute, as the schedule has the reconciler look once in each. */
export interface AlarmCondition {
  readonly key: AlarmKey;
  /** What it tells, as the end of a sentence. */
  readonly what: string;
  readonly metric: cloudwatch.Metric;
  readonly threshold: number;
  readonly comparisonOperator: cloudwatch.ComparisonOperator;
  /** Minutes that are judged, of which so many have to be bad. */
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  /** A state stays what it was while nobody looks; that nobody looks is an alarm of its own. */
  readonly treatMissingData: cloudwatch.TreatMissingData;
}

/** A certificate ends after 90 days and is renewed when 18 to 45 of them are left. */
const CERTIFICATE_DAYS = 14;
/** Join tokens are replaced every day, unless the stack says otherwise; not while a machine is unwell, which may last. */
const TOKEN_DAYS = 7;
const MISSED_ROTATIONS = 3;

export function alarmConditions(props: AlarmConditionsProps): readonly AlarmCondition[] {
  const { spec, controller, tokenRotationHours = 24 } = props;
  const tokenDays = Math.max(TOKEN_DAYS, (MISSED_ROTATIONS * tokenRotationHours) / 24);
  const metric = (name: MetricName, statistic: string) => swarmMetric(spec.cluster, name, statistic);
  const { allocation } = managerGroup(spec).group;
  const single = allocation.kind === 'logicalIds' && allocation.logicalIds.length < 3;
  const all: readonly AlarmCondition[] = [
    {
      key: 'quorum-at-risk',
      what: 'the loss of one more manager would stop it',
      // The best of each minute: an election or the replacement of a manager, which take seconds, are no risk yet.
      metric: metric(METRIC.quorumMargin, MAXIMUM),
      threshold: 0,
      comparisonOperator: LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 5,
      treatMissingData: IGNORE,
    },
    {
      key: 'quorum-lost',
      what: 'its managers have lost the quorum, or nobody can see that there is one; what runs goes on, nothing can be changed',
      metric: metric(METRIC.quorumMargin, MAXIMUM),
      threshold: 0,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: IGNORE,
    },
    {
      key: 'not-whole',
      what: 'it has not been as declared for 15 minutes',
      metric: metric(METRIC.secondsNotWhole, MAXIMUM),
      threshold: 15 * 60,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: IGNORE,
    },
    {
      key: 'reconciler-failing',
      what: 'its reconciler fails again and again',
      // Lambda's own: it counts also what ends before the function can measure anything.
      metric: controller.reconcile.function.metricErrors({ period: Duration.minutes(1), statistic: SUM }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      treatMissingData: NOT_BREACHING,
    },
    {
      key: 'reconciler-silent',
      what: 'nobody looks after it: no pass has come to its end for 5 minutes',
      metric: metric(METRIC.passes, SUM),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      treatMissingData: BREACHING,
    },
    {
      key: 'dead-letters',
      what: 'wake-ups of its reconciler failed for good and lie in the queue for failures',
      metric: controller.failures.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: MAXIMUM,
      }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
    },
    {
      key: 'launches-parked',
      what: 'launches for some of its machines failed so often that they are tried only every few hours',
      metric: metric(METRIC.parkedSlots, MAXIMUM),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: IGNORE,
    },
    {
      key: 'rollout-failed',
      what: 'a roll-out failed: it was halted, or taken back',
      metric: metric(METRIC.failedRollouts, MAXIMUM),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: IGNORE,
    },
    {
      key: 'spec-refused',
      what: 'what was declared by a deployment was refused; the former declaration stays in force',
      metric: metric(METRIC.refusedSpecs, SUM),
      threshold: 1,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
    },
    {
      key: 'certificate-ending',
      what: `the node certificate of a manager ends within ${CERTIFICATE_DAYS} days, which its engine should have renewed`,
      metric: metric(METRIC.certificateDaysLeft, MINIMUM),
      threshold: CERTIFICATE_DAYS,
      comparisonOperator: LESS_THAN_THRESHOLD,
      // A manager that was away for long is renewed, or repaired, within minutes.
      evaluationPeriods: 15,
      treatMissingData: IGNORE,
    },
    {
      key: 'tokens-old',
      what: `its join tokens have not been replaced for ${tokenDays} days`,
      metric: metric(METRIC.tokenAgeDays, MINIMUM),
      threshold: tokenDays,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 15,
      treatMissingData: IGNORE,
    },
  ];
  return single ? all.filter(({ key }) => key !== 'quorum-at-risk') : all;
}
