import {
  DeleteDashboardsCommand,
  PutDashboardCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { partitionOf } from '../../template/scope.ts';
import { tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { asTagList, tagDelta, tagList } from '../tags.ts';
import { unlessGone } from '../waiting.ts';

export const dashboard = defineResource({
  type: 'AWS::CloudWatch::Dashboard',
  attributes: [],
  properties: z.strictObject({ DashboardName: text.optional(), DashboardBody: text, Tags: tags }),
  createOnly: ['DashboardName'],
  async create({ DashboardName, DashboardBody, Tags }, context) {
    const physicalId = DashboardName ?? context.name(255);
    const list = tagList(Tags, context);
    // An empty list is refused.
    const tagging = list.length === 0 ? {} : { Tags: list };
    await context.clients.cloudwatch.send(
      new PutDashboardCommand({ DashboardName: physicalId, DashboardBody, ...tagging }),
    );
    return { physicalId, attributes: {} };
  },
  async update({ physicalId }, context, { DashboardBody, Tags }, before) {
    const { cloudwatch } = context.clients;
    const { account, region } = context.place;
    await cloudwatch.send(new PutDashboardCommand({ DashboardName: physicalId, DashboardBody }));
    const { set, unset } = tagDelta(before.Tags, Tags, context);
    const ResourceARN = `arn:${partitionOf(region)}:cloudwatch::${account}:dashboard/${physicalId}`;
    if (unset.length > 0) await cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys: [...unset] }));
    if (Object.keys(set).length > 0) {
      await cloudwatch.send(new TagResourceCommand({ ResourceARN, Tags: asTagList(set) }));
    }
    return { physicalId, attributes: {} };
  },
  async delete({ physicalId }, context) {
    await unlessGone(['ResourceNotFound'], () =>
      context.clients.cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [physicalId] })),
    );
  },
});
