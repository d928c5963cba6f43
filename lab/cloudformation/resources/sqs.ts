import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { present } from '../errors.ts';
import { flag, integer, jsonObject, tags, text, texts } from './fields.ts';
import { defineResource, type ResourceContext } from './handler.ts';
import { tagDelta, tagRecord } from './tags.ts';
import { unlessGone } from './waiting.ts';

const NO_QUEUE = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

const attributes = z.strictObject({
  DelaySeconds: integer.optional(),
  KmsDataKeyReusePeriodSeconds: integer.optional(),
  KmsMasterKeyId: text.optional(),
  MaximumMessageSize: integer.optional(),
  MessageRetentionPeriod: integer.optional(),
  ReceiveMessageWaitTimeSeconds: integer.optional(),
  RedrivePolicy: jsonObject.optional(),
  SqsManagedSseEnabled: flag.optional(),
  VisibilityTimeout: integer.optional(),
});

/** What an attribute that is taken out of the template goes back to. Source: SetQueueAttributes of the SQS API. */
const DEFAULTS: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  KmsDataKeyReusePeriodSeconds: '300',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};

export const queue = defineResource({
  type: 'AWS::SQS::Queue',
  attributes: ['Arn', 'QueueName', 'QueueUrl'],
  properties: attributes.extend({ QueueName: text.optional(), Tags: tags }),
  createOnly: ['QueueName'],
  async create({ QueueName: given, Tags, ...settings }, context) {
    const { sqs } = context.clients;
    const QueueName = given ?? context.name(80);
    const answer = await sqs.send(
      new CreateQueueCommand({ QueueName, Attributes: asText(settings), tags: tagRecord(Tags, context) }),
    );
    const QueueUrl = present(answer.QueueUrl, 'CreateQueue', 'QueueUrl');
    context.made({ physicalId: QueueUrl, attributes: { QueueName, QueueUrl } });
    const told = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const Arn = present(told.Attributes?.['QueueArn'], 'GetQueueAttributes', 'QueueArn');
    return { physicalId: QueueUrl, attributes: { Arn, QueueName, QueueUrl } };
  },
  async update(identity, context, after, before) {
    const { sqs } = context.clients;
    const QueueUrl = identity.physicalId;
    const settings = ({ QueueName: _name, Tags: _tags, ...rest }: typeof after) => asText(rest);
    const [had, wanted] = [settings(before), settings(after)];
    const gone = Object.keys(had).filter((name) => !Object.hasOwn(wanted, name));
    const Attributes = { ...Object.fromEntries(gone.map((name) => [name, DEFAULTS[name] ?? ''])), ...wanted };
    if (Object.keys(Attributes).length > 0) await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const { set, unset } = tagDelta(before.Tags, after.Tags, context);
    if (unset.length > 0) await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: [...unset] }));
    if (Object.keys(set).length > 0) await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { ...set } }));
    return identity;
  },
  async delete({ physicalId: QueueUrl }, context) {
    await unlessGone(NO_QUEUE, () => context.clients.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  },
});

export const queuePolicy = defineResource({
  type: 'AWS::SQS::QueuePolicy',
  attributes: ['Id'],
  properties: z.strictObject({ Queues: texts.min(1, 'must name a queue'), PolicyDocument: jsonObject }),
  async create({ Queues, PolicyDocument }, context) {
    const id = context.name(80);
    const identity = { physicalId: id, attributes: { Id: id } };
    context.made(identity);
    for (const QueueUrl of Queues) {
      const Attributes = { Policy: JSON.stringify(PolicyDocument) };
      await context.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    }
    return identity;
  },
  async update(identity, context, { Queues, PolicyDocument }, before) {
    for (const QueueUrl of Queues) {
      const Attributes = { Policy: JSON.stringify(PolicyDocument) };
      await context.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    }
    await clearPolicies(
      before.Queues.filter((url) => !Queues.includes(url)),
      context,
    );
    return identity;
  },
  delete: (_identity, context, { Queues }) => clearPolicies(Queues, context),
});

async function clearPolicies(queues: readonly string[], context: ResourceContext): Promise<void> {
  for (const QueueUrl of queues) {
    await unlessGone(NO_QUEUE, () =>
      context.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } })),
    );
  }
}

/** The API takes every attribute as text, objects as JSON. */
function asText(settings: z.output<typeof attributes>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]],
    ),
  );
}
