import { z } from 'zod';
import { TagList } from '../protocol/input.ts';

/** The lab has the default bus only. */
const bus = {
  EventBusName: z
    .string()
    .regex(/(^|\/)default$/, 'the lab has the default event bus only')
    .optional(),
};
const named = { ...bus, Name: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/) };

export const PutRule = z.strictObject({
  ...named,
  EventPattern: z.string().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).optional(),
  Description: z.string().max(512).optional(),
  RoleArn: z.string().optional(),
  Tags: TagList.optional(),
});
export const OnlyName = z.strictObject({ ...named, Force: z.boolean().optional() });
export const ListRules = z.strictObject({
  ...bus,
  NamePrefix: z.string().optional(),
  Limit: z.number().optional(),
  NextToken: z.string().optional(),
});
export const ListTargets = z.strictObject({
  ...bus,
  Rule: z.string(),
  Limit: z.number().optional(),
  NextToken: z.string().optional(),
});
export const TargetEntry = z.strictObject({
  Id: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string().min(1) })
    .optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
});
export type TargetEntry = z.infer<typeof TargetEntry>;
export const PutTargets = z.strictObject({ ...bus, Rule: z.string(), Targets: z.array(TargetEntry).min(1).max(100) });
export const RemoveTargets = z.strictObject({
  ...bus,
  Rule: z.string(),
  Ids: z.array(z.string()).min(1),
  Force: z.boolean().optional(),
});
export const PutEvents = z.strictObject({
  Entries: z
    .array(
      z.strictObject({
        ...bus,
        Source: z.string().min(1),
        DetailType: z.string().min(1),
        Detail: z.string(),
        Resources: z.array(z.string()).default([]),
        Time: z.number().optional(),
        TraceHeader: z.string().optional(),
      }),
    )
    .min(1)
    .max(10),
});
export const Tag = z.strictObject({ ResourceARN: z.string(), Tags: TagList });
export const Untag = z.strictObject({ ResourceARN: z.string(), TagKeys: z.array(z.string()) });
export const ListTags = z.strictObject({ ResourceARN: z.string() });
export const TestPattern = z.strictObject({ EventPattern: z.string(), Event: z.string() });
