import { z } from 'zod';
import { present } from '../errors.ts';
import { callByQuery, type QueryValue } from '../query-call.ts';
import { jsonObject, tags, text, texts } from './fields.ts';
import { defineResource, type ResourceContext } from './handler.ts';
import { asTagList, tagDelta, tagList } from './tags.ts';
import { unlessGone } from './waiting.ts';

const SNS = { name: 'sns', version: '2010-03-31' };

export const topic = defineResource({
  type: 'AWS::SNS::Topic',
  attributes: ['TopicArn', 'TopicName'],
  properties: z.strictObject({ DisplayName: text.optional(), TopicName: text.optional(), Tags: tags }),
  createOnly: ['TopicName'],
  async create({ DisplayName, TopicName: given, Tags }, context) {
    const Name = given ?? context.name(256);
    const answer = await sns(context, 'CreateTopic', { Name, Tags: tagList(Tags, context) });
    const TopicArn = present(/<TopicArn>([^<]+)<\/TopicArn>/.exec(answer)?.[1], 'CreateTopic', 'TopicArn');
    const identity = { physicalId: TopicArn, attributes: { TopicArn, TopicName: Name } };
    context.made(identity);
    if (DisplayName !== undefined) await setAttribute(TopicArn, 'DisplayName', DisplayName, context);
    return identity;
  },
  async update(identity, context, after, before) {
    const TopicArn = identity.physicalId;
    await setAttribute(TopicArn, 'DisplayName', after.DisplayName ?? '', context);
    const { set, unset } = tagDelta(before.Tags, after.Tags, context);
    if (unset.length > 0) await sns(context, 'UntagResource', { ResourceArn: TopicArn, TagKeys: unset });
    if (Object.keys(set).length > 0) {
      await sns(context, 'TagResource', { ResourceArn: TopicArn, Tags: asTagList(set) });
    }
    return identity;
  },
  async delete({ physicalId: TopicArn }, context) {
    await sns(context, 'DeleteTopic', { TopicArn });
  },
});

export const topicPolicy = defineResource({
  type: 'AWS::SNS::TopicPolicy',
  attributes: ['Id'],
  properties: z.strictObject({ PolicyDocument: jsonObject, Topics: texts.min(1, 'must name a topic') }),
  async create({ Topics, PolicyDocument }, context) {
    const id = context.name(80);
    const identity = { physicalId: id, attributes: { Id: id } };
    context.made(identity);
    await setPolicies(Topics, JSON.stringify(PolicyDocument), context);
    return identity;
  },
  async update(identity, context, { Topics, PolicyDocument }, before) {
    await setPolicies(Topics, JSON.stringify(PolicyDocument), context);
    const left = before.Topics.filter((arn) => !Topics.includes(arn));
    await setPolicies(left, '', context);
    return identity;
  },
  delete: (_identity, context, { Topics }) => setPolicies(Topics, '', context),
});

async function setPolicies(topics: readonly string[], policy: string, context: ResourceContext): Promise<void> {
  for (const arn of topics) await unlessGone(['NotFound'], () => setAttribute(arn, 'Policy', policy, context));
}

async function setAttribute(
  TopicArn: string,
  AttributeName: string,
  AttributeValue: string,
  context: ResourceContext,
): Promise<void> {
  await sns(context, 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
}

async function sns(
  { clients }: ResourceContext,
  action: string,
  input: Readonly<Record<string, QueryValue>>,
): Promise<string> {
  return callByQuery(clients, SNS, action, input);
}
