import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { text, texts } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { unlessGone } from '../waiting.ts';

const NO_ENTITY = ['NoSuchEntityException', 'NoSuchEntity'];

export const instanceProfile = defineResource({
  type: 'AWS::IAM::InstanceProfile',
  attributes: ['Arn'],
  properties: z.strictObject({
    InstanceProfileName: text.optional(),
    Path: text.optional(),
    Roles: texts.length(1, 'an instance profile has exactly one role'),
  }),
  createOnly: ['InstanceProfileName', 'Path'],
  async create(properties, context) {
    const { iam } = context.clients;
    const InstanceProfileName = properties.InstanceProfileName ?? context.name(128);
    const answer = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path: properties.Path }));
    const Arn = present(answer.InstanceProfile?.Arn, 'CreateInstanceProfile', 'InstanceProfile.Arn');
    const identity = { physicalId: InstanceProfileName, attributes: { Arn } };
    context.made(identity);
    for (const RoleName of properties.Roles) {
      await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
    return identity;
  },
  async update(identity, context, after, before) {
    const { iam } = context.clients;
    const InstanceProfileName = identity.physicalId;
    // It has one role at a time.
    for (const RoleName of before.Roles.filter((role) => !after.Roles.includes(role))) {
      await unlessGone(NO_ENTITY, () =>
        iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })),
      );
    }
    for (const RoleName of after.Roles.filter((role) => !before.Roles.includes(role))) {
      await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
    return identity;
  },
  async delete({ physicalId: InstanceProfileName }, context, { Roles }) {
    const { iam } = context.clients;
    for (const RoleName of Roles) {
      await unlessGone(NO_ENTITY, () =>
        iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })),
      );
    }
    await unlessGone(NO_ENTITY, () => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })));
  },
});
