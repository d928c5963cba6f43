import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { jsonObject, text, texts } from '../fields.ts';
import { defineResource, type ResourceContext } from '../handler.ts';
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
  async update(_identity, context, after, before) {
    const { PolicyName, PolicyDocument, Roles } = after;
    for (const RoleName of Roles) {
      await context.clients.iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }),
      );
    }
    const renamed = before.PolicyName !== PolicyName;
    const left = renamed ? before.Roles : before.Roles.filter((role) => !Roles.includes(role));
    await takeAway({ PolicyName: before.PolicyName, Roles: left }, context);
    return { physicalId: PolicyName, attributes: { Id: PolicyName } };
  },
  delete: (_identity, context, properties) => takeAway(properties, context),
});

async function takeAway(
  { PolicyName, Roles }: { readonly PolicyName: string; readonly Roles: readonly string[] },
  context: ResourceContext,
): Promise<void> {
  for (const RoleName of Roles) {
    await unlessGone(['NoSuchEntityException', 'NoSuchEntity'], () =>
      context.clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
    );
  }
}
