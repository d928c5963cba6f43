import { z } from 'zod';
import { parseInput } from '../protocol/input.ts';
import type { JsonOperation } from '../protocol/json-service.ts';
import { readAlarm } from './alarm.ts';
import type { Alarm, AlarmBook } from './alarm-book.ts';

const names = z.array(z.string()).max(100);
const inputs = {
  remove: z.strictObject({ AlarmNames: names }),
  describe: z.strictObject({
    AlarmNames: names.optional(),
    AlarmNamePrefix: z.string().optional(),
    AlarmTypes: z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).optional(),
    StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
    MaxRecords: z.number().optional(),
    NextToken: z.string().optional(),
  }),
};

/** @param putOne told after an alarm was put: from then on there is something to judge */
export function alarmOperations(alarms: AlarmBook, putOne: () => void): Readonly<Record<string, JsonOperation>> {
  return {
    PutMetricAlarm(input) {
      const { definition, tags } = readAlarm(input);
      alarms.put(definition, new Map(tags.map(({ Key, Value }) => [Key, Value])));
      putOne();
      return {};
    },
    DeleteAlarms(input) {
      for (const name of parseInput(inputs.remove, input).AlarmNames) alarms.remove(name);
      return {};
    },
    DescribeAlarms(input) {
      const { AlarmNames: wanted, AlarmNamePrefix: prefix = '', StateValue } = parseInput(inputs.describe, input);
      const found = alarms
        .list()
        .filter(({ definition: { name } }) => wanted?.includes(name) ?? name.startsWith(prefix))
        .filter(({ state }) => StateValue === undefined || state === StateValue);
      return { MetricAlarms: found.map(shape), CompositeAlarms: [] };
    },
  };
}

function shape({ arn, definition, state, reason, since }: Alarm) {
  const { metric, rule, actions } = definition;
  return {
    AlarmName: definition.name,
    AlarmArn: arn,
    AlarmDescription: definition.description,
    ActionsEnabled: definition.actionsEnabled,
    OKActions: actions.OK,
    AlarmActions: actions.ALARM,
    InsufficientDataActions: actions.INSUFFICIENT_DATA,
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: since / 1000,
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: definition.statistic,
    Period: definition.periodSeconds,
    EvaluationPeriods: rule.evaluationPeriods,
    DatapointsToAlarm: rule.datapointsToAlarm,
    Threshold: rule.threshold,
    ComparisonOperator: rule.comparison,
    TreatMissingData: rule.missingData,
  };
}
