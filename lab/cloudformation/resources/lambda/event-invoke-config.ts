import { DeleteFunctionEventInvokeConfigCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { integer, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { unlessGone } from '../waiting.ts';

const destination = z.strictObject({ Destination: text }).optional();

export const eventInvokeConfig = defineResource({
  type: 'AWS::Lambda::EventInvokeConfig',
  attributes: [],
  properties: z.strictObject({
    FunctionName: text,
    Qualifier: text,
    DestinationConfig: z.strictObject({ OnFailure: destination, OnSuccess: destination }).optional(),
    MaximumEventAgeInSeconds: integer.optional(),
    MaximumRetryAttempts: integer.optional(),
  }),
  createOnly: ['FunctionName', 'Qualifier'],
  async create(properties, context) {
    await context.clients.lambda.send(new PutFunctionEventInvokeConfigCommand(properties));
    return { physicalId: `${properties.FunctionName}|${properties.Qualifier}`, attributes: {} };
  },
  async update(identity, context, after) {
    // Put stands in place of all that was there.
    await context.clients.lambda.send(new PutFunctionEventInvokeConfigCommand(after));
    return identity;
  },
  async delete(_identity, context, { FunctionName, Qualifier }) {
    await unlessGone(['ResourceNotFoundException'], () =>
      context.clients.lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName, Qualifier })),
    );
  },
});
