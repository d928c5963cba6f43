import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { unlessGone } from '../waiting.ts';

export const permission = defineResource({
  type: 'AWS::Lambda::Permission',
  attributes: ['Id'],
  properties: z.strictObject({
    Action: text,
    FunctionName: text,
    Principal: text,
    SourceArn: text.optional(),
    SourceAccount: text.optional(),
  }),
  createOnly: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
  async create(properties, context) {
    const StatementId = context.name(100);
    await context.clients.lambda.send(new AddPermissionCommand({ ...properties, StatementId }));
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  async delete({ physicalId: StatementId }, context, { FunctionName }) {
    await unlessGone(['ResourceNotFoundException'], () =>
      context.clients.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId })),
    );
  },
});
