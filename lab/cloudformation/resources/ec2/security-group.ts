import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  RevokeSecurityGroupEgressCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { tagSpecifications } from '../tags.ts';
import { onceFree } from '../waiting.ts';
import { egressFields, ingressFields, toPermission } from './security-group-rule-fields.ts';

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
      const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
      await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: everything }));
      const IpPermissions = properties.SecurityGroupEgress.map(toPermission);
      await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: id, IpPermissions }));
    }
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['DependencyViolation'], gone: ['InvalidGroup.NotFound'] };
    await onceFree(`security group ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: physicalId })),
    );
  },
});
