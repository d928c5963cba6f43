import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  RuleState,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { present } from '../errors.ts';
import { integer, jsonObject, tags, text } from './fields.ts';
import { defineResource, type ResourceContext } from './handler.ts';
import { asTagList, tagDelta, tagList } from './tags.ts';
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
  createOnly: ['Name', 'EventBusName'],
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
    await putTargets(Name, EventBusName, Targets, context);
    return identity;
  },
  async update(identity, context, after, before) {
    const { events } = context.clients;
    const Name = identity.physicalId;
    const { Targets = [], Tags, EventPattern, ...properties } = after;
    const { EventBusName } = properties;
    await events.send(
      new PutRuleCommand({
        ...properties,
        Name,
        EventPattern: EventPattern === undefined ? undefined : JSON.stringify(EventPattern),
      }),
    );
    await putTargets(Name, EventBusName, Targets, context);
    const wanted = new Set(Targets.map(({ Id }) => Id));
    const Ids = (before.Targets ?? []).map(({ Id }) => Id).filter((id) => !wanted.has(id));
    if (Ids.length > 0) await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids }));
    const { set, unset } = tagDelta(before.Tags, Tags, context);
    const ResourceARN = String(identity.attributes['Arn']);
    if (unset.length > 0) await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: [...unset] }));
    if (Object.keys(set).length > 0) await events.send(new TagResourceCommand({ ResourceARN, Tags: asTagList(set) }));
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

async function putTargets(
  Rule: string,
  EventBusName: string | undefined,
  Targets: z.output<typeof target>[] | undefined,
  context: ResourceContext,
): Promise<void> {
  if (Targets === undefined || Targets.length === 0) return;
  const put = await context.clients.events.send(new PutTargetsCommand({ Rule, EventBusName, Targets }));
  // PutTargets answers success for the call and says of each target on its own whether it was taken.
  const [refused] = put.FailedEntries ?? [];
  if (refused !== undefined) {
    throw new RuleTargetError(Rule, refused.TargetId ?? '?', `${refused.ErrorCode}: ${refused.ErrorMessage}`);
  }
}

export class RuleTargetError extends Error {
  readonly code = 'RuleTargetRefused';
  constructor(rule: string, target: string, why: string) {
    super(`target ${target} of rule ${rule} was refused: ${why}`);
    this.name = 'RuleTargetError';
  }
}
