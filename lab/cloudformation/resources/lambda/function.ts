import {
  Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  Runtime,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { integer, tags, text } from '../fields.ts';
import { defineResource, differing } from '../handler.ts';
import { tagDelta, tagRecord } from '../tags.ts';
import { unlessGone, untilReady } from '../waiting.ts';

/** What a setting that is taken out of the template goes back to. Source: CreateFunction of the Lambda API. */
const DEFAULTS = {
  Description: '',
  MemorySize: 128,
  Timeout: 3,
  Environment: { Variables: {} },
  // An empty target takes the queue away.
  DeadLetterConfig: { TargetArn: '' },
  EphemeralStorage: { Size: 512 },
};

export const lambdaFunction = defineResource({
  type: 'AWS::Lambda::Function',
  attributes: ['Arn'],
  properties: z.strictObject({
    FunctionName: text.optional(),
    Description: text.optional(),
    Runtime: z.enum(Runtime),
    Handler: text,
    Role: text,
    Code: z.strictObject({ S3Bucket: text, S3Key: text }),
    Architectures: z.array(z.enum(Architecture)).optional(),
    MemorySize: integer.optional(),
    Timeout: integer.optional(),
    EphemeralStorage: z.strictObject({ Size: integer }).optional(),
    Environment: z.strictObject({ Variables: z.record(z.string(), text).optional() }).optional(),
    DeadLetterConfig: z.strictObject({ TargetArn: text.optional() }).optional(),
    LoggingConfig: z.strictObject({ LogGroup: text.optional() }).optional(),
    Tags: tags,
  }),
  createOnly: ['FunctionName'],
  async create({ Tags, ...properties }, context) {
    const { lambda } = context.clients;
    const FunctionName = properties.FunctionName ?? context.name(64);
    const answer = await lambda.send(
      new CreateFunctionCommand({ ...properties, FunctionName, Tags: tagRecord(Tags, context) }),
    );
    const Arn = present(answer.FunctionArn, 'CreateFunction', 'FunctionArn');
    const identity = { physicalId: FunctionName, attributes: { Arn } };
    context.made(identity);
    await untilReady(`function ${FunctionName} active`, 120, context, async () => {
      const { State } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      return State === 'Active';
    });
    return identity;
  },
  async update(identity, context, after, before) {
    const { lambda } = context.clients;
    const FunctionName = identity.physicalId;
    const updated = (): Promise<void> =>
      untilReady(`function ${FunctionName} updated`, 120, context, async () => {
        const { LastUpdateStatus } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
        return LastUpdateStatus === 'Successful';
      });
    const changed = differing(before, after);
    if (changed.some((name) => name === 'Code' || name === 'Architectures')) {
      const { Code, Architectures = ['x86_64'] } = after;
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...Code, Architectures }));
      await updated();
    }
    if (changed.some((name) => !['Code', 'Architectures', 'Tags'].includes(name))) {
      const { Code: _code, Architectures: _architectures, Tags: _tags, FunctionName: _name, ...settings } = after;
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...DEFAULTS, ...settings }));
      await updated();
    }
    const { set, unset } = tagDelta(before.Tags, after.Tags, context);
    const Resource = String(identity.attributes['Arn']);
    if (unset.length > 0) await lambda.send(new UntagResourceCommand({ Resource, TagKeys: [...unset] }));
    if (Object.keys(set).length > 0) await lambda.send(new TagResourceCommand({ Resource, Tags: { ...set } }));
    return identity;
  },
  async delete({ physicalId: FunctionName }, context) {
    await unlessGone(['ResourceNotFoundException'], () =>
      context.clients.lambda.send(new DeleteFunctionCommand({ FunctionName })),
    );
  },
});
