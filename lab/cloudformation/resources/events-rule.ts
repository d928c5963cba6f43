import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  RuleState,
} from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { present } from '../errors.ts';
import { integer, jsonObject, tags, text } from './fields.ts';
import { defineResource } from './handler.ts';
import { tagList } from './tags.ts';
import { unlessGone } from './waiting.ts';

const target = z.strictObject({
  Id: text,
  Arn: text,
  RoleArn: text.optional(),
  Input: text.optional(),
  InputPath: text.optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), text).optional(), InputTemplate: text })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: text.optional() }).optional(),
  RetryPolicy: z
    .strictObject({ MaximumEventAgeInSeconds: integer.optional(), MaximumRetryAttempts: integer.optional() })
    .optional(),
});

export const eventsRule = defineResource({
  type: 'AWS::Events::Rule',
  attributes: ['Arn'],
  properties: z.strictObject({
    Name: text.optional(),
    Description: text.optional(),
    EventBusName: text.optional(),
    EventPattern: jsonObject.optional(),
    ScheduleExpression: text.optional(),
    State: z.enum(RuleState).optional(),
    RoleArn: text.optional(),
    Targets: z.array(target).optional(),
    Tags: tags,
  }),
  async create({ Targets, Tags, EventPattern, ...properties }, context) {
    const { events } = context.clients;
    const { EventBusName } = properties;
    const Name = properties.Name ?? context.name(64);
    const answer = await events.send(
      new PutRuleCommand({
        ...properties,
        Name,
        EventPattern: EventPattern === undefined ? undefined : JSON.stringify(EventPattern),
        Tags: tagList(Tags, context),
      }),
    );
    const Arn = present(answer.RuleArn, 'PutRule', 'RuleArn');
    const identity = { physicalId: Name, attributes: { Arn } };
    context.made(identity);
    if (Targets !== undefined && Targets.length > 0) {
      const put = await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }));
      // PutTargets answers success for the call and says of each target on its own whether it was taken.
      const [refused] = put.FailedEntries ?? [];
      if (refused !== undefined) {
        throw new RuleTargetError(Name, refused.TargetId ?? '?', `${refused.ErrorCode}: ${refused.ErrorMessage}`);
      }
    }
    return identity;
  },
  async delete({ physicalId: Name }, context, { Targets, EventBusName }) {
    const { events } = context.clients;
    const Ids = (Targets ?? []).map((each) => each.Id);
    if (Ids.length > 0) {
      await unlessGone(['ResourceNotFoundException'], () =>
        events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids })),
      );
    }
    await unlessGone(['ResourceNotFoundException'], () => events.send(new DeleteRuleCommand({ Name, EventBusName })));
  },
});

export class RuleTargetError extends Error {
  readonly code = 'RuleTargetRefused';
  constructor(rule: string, target: string, why: string) {
    super(`target ${target} of rule ${rule} was refused: ${why}`);
    this.name = 'RuleTargetError';
  }
}
