import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { integer, jsonObject, tags, text, texts } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { asTagList, tagDelta, tagList } from '../tags.ts';
import { onceFree, unlessGone } from '../waiting.ts';

const NO_ENTITY = ['NoSuchEntityException', 'NoSuchEntity'];

export const role = defineResource({
  type: 'AWS::IAM::Role',
  attributes: ['Arn', 'RoleId'],
  properties: z.strictObject({
    RoleName: text.optional(),
    Path: text.optional(),
    Description: text.optional(),
    AssumeRolePolicyDocument: jsonObject,
    MaxSessionDuration: integer.optional(),
    PermissionsBoundary: text.optional(),
    ManagedPolicyArns: texts.optional(),
    Policies: z.array(z.strictObject({ PolicyName: text, PolicyDocument: jsonObject })).optional(),
    Tags: tags,
  }),
  createOnly: ['RoleName', 'Path'],
  fixed: ['PermissionsBoundary'],
  async create(properties, context) {
    const { iam } = context.clients;
    const RoleName = properties.RoleName ?? context.name(64);
    const answer = await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: properties.Path,
        Description: properties.Description,
        AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
        MaxSessionDuration: properties.MaxSessionDuration,
        PermissionsBoundary: properties.PermissionsBoundary,
        Tags: tagList(properties.Tags, context),
      }),
    );
    const Arn = present(answer.Role?.Arn, 'CreateRole', 'Role.Arn');
    const RoleId = present(answer.Role?.RoleId, 'CreateRole', 'Role.RoleId');
    const identity = { physicalId: RoleName, attributes: { Arn, RoleId } };
    context.made(identity);
    for (const PolicyArn of properties.ManagedPolicyArns ?? []) {
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    }
    for (const { PolicyName, PolicyDocument } of properties.Policies ?? []) {
      await iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }),
      );
    }
    return identity;
  },
  async update(identity, context, after, before) {
    const { iam } = context.clients;
    const RoleName = identity.physicalId;
    const PolicyDocument = JSON.stringify(after.AssumeRolePolicyDocument);
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const { Description = '', MaxSessionDuration = 3600 } = after;
    await iam.send(new UpdateRoleCommand({ RoleName, Description, MaxSessionDuration }));
    const [had, wanted] = [before.ManagedPolicyArns ?? [], after.ManagedPolicyArns ?? []];
    for (const PolicyArn of wanted) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    for (const PolicyArn of had.filter((arn) => !wanted.includes(arn))) {
      await unlessGone(NO_ENTITY, () => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
    }
    const inline = after.Policies ?? [];
    for (const { PolicyName, PolicyDocument: document } of inline) {
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }));
    }
    const named = new Set(inline.map(({ PolicyName }) => PolicyName));
    for (const { PolicyName } of (before.Policies ?? []).filter((each) => !named.has(each.PolicyName))) {
      await unlessGone(NO_ENTITY, () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
    }
    const { set, unset } = tagDelta(before.Tags, after.Tags, context);
    if (unset.length > 0) await iam.send(new UntagRoleCommand({ RoleName, TagKeys: [...unset] }));
    if (Object.keys(set).length > 0) await iam.send(new TagRoleCommand({ RoleName, Tags: asTagList(set) }));
    return identity;
  },
  async delete({ physicalId: RoleName }, context, properties) {
    const { iam } = context.clients;
    for (const PolicyArn of properties.ManagedPolicyArns ?? []) {
      await unlessGone(NO_ENTITY, () => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
    }
    for (const { PolicyName } of properties.Policies ?? []) {
      await unlessGone(NO_ENTITY, () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
    }
    const codes = { busy: ['DeleteConflictException', 'DeleteConflict'], gone: NO_ENTITY };
    await onceFree(`role ${RoleName} deleted`, context, codes, () => iam.send(new DeleteRoleCommand({ RoleName })));
  },
});
