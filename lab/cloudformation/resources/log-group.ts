import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { partitionOf } from '../template/scope.ts';
import { integer, tags, text } from './fields.ts';
import { defineResource } from './handler.ts';
import { tagDelta, tagRecord } from './tags.ts';
import { unlessGone } from './waiting.ts';

export const logGroup = defineResource({
  type: 'AWS::Logs::LogGroup',
  attributes: ['Arn'],
  properties: z.strictObject({
    LogGroupName: text.optional(),
    RetentionInDays: integer.optional(),
    LogGroupClass: z.literal('STANDARD').optional(),
    Tags: tags,
  }),
  createOnly: ['LogGroupName'],
  async create(properties, context) {
    const { logs } = context.clients;
    const { account, region } = context.place;
    const logGroupName = properties.LogGroupName ?? context.name(512);
    const tagged = tagRecord(properties.Tags, context);
    // An empty map of tags is refused.
    const tagging = Object.keys(tagged).length === 0 ? {} : { tags: tagged };
    await logs.send(new CreateLogGroupCommand({ logGroupName, logGroupClass: properties.LogGroupClass, ...tagging }));
    // The call answers nothing; the form is that of DescribeLogGroups, with the streams at the end.
    const Arn = `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${logGroupName}:*`;
    const identity = { physicalId: logGroupName, attributes: { Arn } };
    context.made(identity);
    if (properties.RetentionInDays !== undefined) {
      const retentionInDays = properties.RetentionInDays;
      await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    }
    return identity;
  },
  async update(identity, context, after, before) {
    const { logs } = context.clients;
    const logGroupName = identity.physicalId;
    if (after.RetentionInDays !== undefined) {
      await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: after.RetentionInDays }));
    } else {
      await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    }
    const { set, unset } = tagDelta(before.Tags, after.Tags, context);
    // Tagging takes the ARN without the streams.
    const resourceArn = String(identity.attributes['Arn']).replace(/:\*$/, '');
    if (unset.length > 0) await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: [...unset] }));
    if (Object.keys(set).length > 0) await logs.send(new TagResourceCommand({ resourceArn, tags: { ...set } }));
    return identity;
  },
  async delete({ physicalId: logGroupName }, context) {
    await unlessGone(['ResourceNotFoundException'], () =>
      context.clients.logs.send(new DeleteLogGroupCommand({ logGroupName })),
    );
  },
});
