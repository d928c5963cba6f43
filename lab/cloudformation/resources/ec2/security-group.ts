import { isDeepStrictEqual } from 'node:util';
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, unlessGone } from '../waiting.ts';
import { egressFields, ingressFields, type Rule, toPermission } from './security-group-rule-fields.ts';

const EVERYTHING: IpPermission[] = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];

export const securityGroup = defineResource({
  type: 'AWS::EC2::SecurityGroup',
  attributes: ['GroupId', 'Id', 'VpcId'],
  properties: z.strictObject({
    GroupName: text.optional(),
    GroupDescription: text,
    VpcId: text,
    SecurityGroupIngress: z.array(z.strictObject(ingressFields)).optional(),
    SecurityGroupEgress: z.array(z.strictObject(egressFields)).optional(),
    Tags: tags,
  }),
  createOnly: ['GroupName', 'GroupDescription', 'VpcId'],
  async create(properties, context) {
    const { ec2 } = context.clients;
    const { VpcId } = properties;
    const answer = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: properties.GroupName ?? context.name(255),
        Description: properties.GroupDescription,
        VpcId,
        ...tagSpecifications('security-group', properties.Tags, context),
      }),
    );
    const id = present(answer.GroupId, 'CreateSecurityGroup', 'GroupId');
    const identity = { physicalId: id, attributes: { GroupId: id, Id: id, VpcId } };
    context.made(identity);
    if (properties.SecurityGroupIngress !== undefined && properties.SecurityGroupIngress.length > 0) {
      const IpPermissions = properties.SecurityGroupIngress.map(toPermission);
      await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions }));
    }
    if (properties.SecurityGroupEgress !== undefined && properties.SecurityGroupEgress.length > 0) {
      // A new group lets everything out; rules in the template stand in place of that one.
      await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: EVERYTHING }));
      const IpPermissions = properties.SecurityGroupEgress.map(toPermission);
      await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: id, IpPermissions }));
    }
    return identity;
  },
  async update(identity, context, after, before) {
    const { ec2 } = context.clients;
    const GroupId = identity.physicalId;
    const taken = ['InvalidPermission.Duplicate'];
    const ingress = ruleDelta(
      before.SecurityGroupIngress?.map(toPermission),
      after.SecurityGroupIngress?.map(toPermission),
    );
    for (const rule of ingress.revoke) {
      const command = new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] });
      await unlessGone(['InvalidPermission.NotFound'], () => ec2.send(command));
    }
    for (const rule of ingress.authorize) {
      const command = new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] });
      await unlessGone(taken, () => ec2.send(command));
    }
    const egress = ruleDelta(egressOf(before), egressOf(after));
    for (const rule of egress.revoke) {
      const command = new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [rule] });
      await unlessGone(['InvalidPermission.NotFound'], () => ec2.send(command));
    }
    for (const rule of egress.authorize) {
      const command = new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [rule] });
      await unlessGone(taken, () => ec2.send(command));
    }
    await retagEc2(GroupId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['DependencyViolation'], gone: ['InvalidGroup.NotFound'] };
    await onceFree(`security group ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: physicalId })),
    );
  },
});

/** Rules of the template, or the one that lets everything out when it has none. */
function egressOf({
  SecurityGroupEgress = [],
}: {
  readonly SecurityGroupEgress?: readonly Rule[] | undefined;
}): readonly IpPermission[] {
  return SecurityGroupEgress.length === 0 ? EVERYTHING : SecurityGroupEgress.map(toPermission);
}

function ruleDelta(before: readonly IpPermission[] = [], after: readonly IpPermission[] = []) {
  const without = (some: readonly IpPermission[], others: readonly IpPermission[]): readonly IpPermission[] =>
    some.filter((one) => !others.some((other) => isDeepStrictEqual(one, other)));
  return { revoke: without(before, after), authorize: without(after, before) };
}
