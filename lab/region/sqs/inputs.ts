import { z } from 'zod';
import { TagMap } from '../protocol/input.ts';

const MessageAttribute = z.strictObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});
export const Attributes = z.record(z.string(), z.string());

const queue = { QueueUrl: z.string() };
const receipt = { ...queue, ReceiptHandle: z.string() };
const message = {
  MessageBody: z.string().min(1).max(1_048_576),
  DelaySeconds: z.number().int().min(0).max(900).optional(),
  MessageAttributes: z.record(z.string(), MessageAttribute).optional(),
};

export const CreateQueue = z.strictObject({
  QueueName: z
    .string()
    .regex(
      /^[A-Za-z0-9_-]{1,80}$/,
      'a queue name has 1 to 80 letters, digits, hyphens or underscores; the lab has no FIFO queues',
    ),
  Attributes: Attributes.optional(),
  tags: TagMap.optional(),
});
export const GetQueueUrl = z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() });
export const ListQueues = z.strictObject({ QueueNamePrefix: z.string().optional(), MaxResults: z.number().optional() });
export const GetAttributes = z.strictObject({ ...queue, AttributeNames: z.array(z.string()).default([]) });
export const SetAttributes = z.strictObject({ ...queue, Attributes });
export const OnlyQueue = z.strictObject(queue);
export const Send = z.strictObject({ ...queue, ...message });
export const SendBatch = z.strictObject({
  ...queue,
  Entries: z
    .array(z.strictObject({ Id: z.string(), ...message }))
    .min(1)
    .max(10),
});
export const Receive = z.strictObject({
  ...queue,
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(20).optional(),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  MessageAttributeNames: z.array(z.string()).default([]),
  ReceiveRequestAttemptId: z.string().optional(),
});
export const Receipt = z.strictObject(receipt);
export const Visibility = z.strictObject({ ...receipt, VisibilityTimeout: z.number().int().min(0).max(43_200) });
export const Tag = z.strictObject({ ...queue, Tags: TagMap });
export const Untag = z.strictObject({ ...queue, TagKeys: z.array(z.string()) });

/** Attributes that can be set; others are refused. Source: SetQueueAttributes in the SQS API reference. */
export const SETTABLE = new Set([
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);
