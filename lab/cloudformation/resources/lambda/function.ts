import {
  Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  Runtime,
} from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { integer, tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { tagRecord } from '../tags.ts';
import { unlessGone, untilReady } from '../waiting.ts';

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
  async delete({ physicalId: FunctionName }, context) {
    await unlessGone(['ResourceNotFoundException'], () =>
      context.clients.lambda.send(new DeleteFunctionCommand({ FunctionName })),
    );
  },
});
