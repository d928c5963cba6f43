import {
  ComparisonOperator,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  Statistic,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { partitionOf } from '../../template/scope.ts';
import { flag, integer, tags, text, texts } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { asTagList, tagDelta, tagList } from '../tags.ts';

export const alarm = defineResource({
  type: 'AWS::CloudWatch::Alarm',
  attributes: ['Arn'],
  properties: z.strictObject({
    ActionsEnabled: flag.optional(),
    AlarmActions: texts.optional(),
    AlarmDescription: text.optional(),
    AlarmName: text.optional(),
    ComparisonOperator: z.enum(ComparisonOperator),
    DatapointsToAlarm: integer.optional(),
    Dimensions: z.array(z.strictObject({ Name: text, Value: text })).optional(),
    EvaluationPeriods: integer,
    InsufficientDataActions: texts.optional(),
    MetricName: text,
    Namespace: text,
    OKActions: texts.optional(),
    Period: integer,
    Statistic: z.enum(Statistic),
    Tags: tags,
    Threshold: z.union([z.number(), z.string().transform(Number)]),
    TreatMissingData: text.optional(),
  }),
  createOnly: ['AlarmName'],
  async create({ Tags, ...settings }, context) {
    const AlarmName = settings.AlarmName ?? context.name(255);
    const { account, region } = context.place;
    await context.clients.cloudwatch.send(
      new PutMetricAlarmCommand({ ...settings, AlarmName, Tags: tagList(Tags, context) }),
    );
    // The call answers nothing.
    const Arn = `arn:${partitionOf(region)}:cloudwatch:${region}:${account}:alarm:${AlarmName}`;
    const identity = { physicalId: AlarmName, attributes: { Arn } };
    context.made(identity);
    return identity;
  },
  async update(identity, context, { Tags, ...settings }, before) {
    const { cloudwatch } = context.clients;
    await cloudwatch.send(new PutMetricAlarmCommand({ ...settings, AlarmName: identity.physicalId }));
    const { set, unset } = tagDelta(before.Tags, Tags, context);
    const ResourceARN = String(identity.attributes['Arn']);
    if (unset.length > 0) await cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys: [...unset] }));
    if (Object.keys(set).length > 0) {
      await cloudwatch.send(new TagResourceCommand({ ResourceARN, Tags: asTagList(set) }));
    }
    return identity;
  },
  async delete({ physicalId }, context) {
    await context.clients.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [physicalId] }));
  },
});
