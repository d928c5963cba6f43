import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { type AlarmRule, type AlarmState, COMPARISONS, MISSING_DATA } from './evaluation.ts';
import { type MetricId, STATISTICS, type Statistic } from './metric-store.ts';

/** An alarm as it was put: on one metric. The lab has none on expressions, anomalies or other alarms. */
export interface AlarmDefinition {
  readonly name: string;
  readonly description: string | undefined;
  readonly metric: MetricId;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly rule: AlarmRule;
  readonly actionsEnabled: boolean;
  /** ARNs by the state whose beginning they are told of. */
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
}

const arns = z.array(z.string().min(1)).max(5).default([]);
const count = z.number().int().positive();

const Put = z.strictObject({
  AlarmName: z.string().min(1).max(255),
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: z.boolean().default(true),
  AlarmActions: arns,
  OKActions: arns,
  InsufficientDataActions: arns,
  Namespace: z.string().min(1),
  MetricName: z.string().min(1),
  Dimensions: z.array(z.strictObject({ Name: z.string().min(1), Value: z.string().min(1) })).default([]),
  Statistic: z.enum(STATISTICS),
  Period: count.multipleOf(60),
  EvaluationPeriods: count,
  DatapointsToAlarm: count.optional(),
  Threshold: z.number(),
  ComparisonOperator: z.enum(COMPARISONS),
  TreatMissingData: z.enum(MISSING_DATA).default('missing'),
  Tags: TagList.default([]),
});

/** @throws ServiceError `ValidationError` with every problem in it, what the lab does not model included */
export function readAlarm(input: unknown): { readonly definition: AlarmDefinition; readonly tags: TagList } {
  const put = parseInput(Put, input, 'ValidationError');
  const { EvaluationPeriods: evaluationPeriods, DatapointsToAlarm: datapointsToAlarm = evaluationPeriods } = put;
  if (datapointsToAlarm > evaluationPeriods) {
    throw new ServiceError('ValidationError', 'DatapointsToAlarm must not be more than EvaluationPeriods');
  }
  const definition = {
    name: put.AlarmName,
    description: put.AlarmDescription,
    metric: {
      namespace: put.Namespace,
      name: put.MetricName,
      dimensions: Object.fromEntries(put.Dimensions.map(({ Name, Value }) => [Name, Value])),
    },
    statistic: put.Statistic,
    periodSeconds: put.Period,
    rule: {
      comparison: put.ComparisonOperator,
      threshold: put.Threshold,
      evaluationPeriods,
      datapointsToAlarm,
      missingData: put.TreatMissingData,
    },
    actionsEnabled: put.ActionsEnabled,
    actions: { ALARM: put.AlarmActions, OK: put.OKActions, INSUFFICIENT_DATA: put.InsufficientDataActions },
  };
  return { definition, tags: put.Tags };
}
