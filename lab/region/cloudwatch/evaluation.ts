export const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const MISSING_DATA = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;
export type MissingData = (typeof MISSING_DATA)[number];

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmRule {
  readonly comparison: Comparison;
  readonly threshold: number;
  /** So many of the newest data points are judged … */
  readonly evaluationPeriods: number;
  /** … and so many of these must be breaching. */
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
}

/**
 * CloudWatch looks further back than it is told to, and says nowhere how far. In its published examples the range of an alarm
 * that judges three data points is five.
 */
const FURTHER_BACK = 2;

/** How many periods have to be read for a rule. */
export function evaluationRange({ evaluationPeriods }: AlarmRule): number {
  return evaluationPeriods + FURTHER_BACK;
}

/**
 * The state that an alarm comes to. Data points of farther back stand in for newer ones that are missing; only where even so too
 * few are there does it matter how missing ones are to be treated.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 *
 * @param points of the evaluation range, the oldest first; `undefined`: missing
 */
export function evaluate(rule: AlarmRule, points: readonly (number | undefined)[], now: AlarmState): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, missingData } = rule;
  const real = points.filter((point) => point !== undefined).map((point) => breaches(rule, point));
  const judged = (breaching: number): AlarmState => (breaching >= datapointsToAlarm ? 'ALARM' : 'OK');
  if (real.length >= evaluationPeriods) return judged(real.slice(-evaluationPeriods).filter(Boolean).length);
  const breaching = real.filter(Boolean).length;
  switch (missingData) {
    case 'breaching':
      return judged(breaching + evaluationPeriods - real.length);
    case 'notBreaching':
      return judged(breaching);
    case 'ignore':
      // What is there says nothing of the end: breaching points alone are too few, and no other shows that it is over.
      return breaching < datapointsToAlarm && breaching === real.length ? now : judged(breaching);
    case 'missing':
      if (real.length === 0) return 'INSUFFICIENT_DATA';
      return breaching === real.length ? 'ALARM' : judged(breaching);
  }
}

function breaches({ comparison, threshold }: AlarmRule, value: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}
