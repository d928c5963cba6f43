import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { jsonObject, text, texts } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { unlessGone } from '../waiting.ts';

/** An inline policy, put into each of its roles. Users and groups are not known to the lab. */
export const policy = defineResource({
  type: 'AWS::IAM::Policy',
  attributes: ['Id'],
  properties: z.strictObject({
    PolicyName: text,
    PolicyDocument: jsonObject,
    Roles: texts.min(1, 'must name a role'),
  }),
  async create({ PolicyName, PolicyDocument, Roles }, context) {
    const identity = { physicalId: PolicyName, attributes: { Id: PolicyName } };
    context.made(identity);
    for (const RoleName of Roles) {
      await context.clients.iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }),
      );
    }
    return identity;
  },
  async delete(_identity, context, { PolicyName, Roles }) {
    for (const RoleName of Roles) {
      await unlessGone(['NoSuchEntityException', 'NoSuchEntity'], () =>
        context.clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
      );
    }
  },
});
