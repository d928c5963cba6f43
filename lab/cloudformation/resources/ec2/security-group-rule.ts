import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import type { Identity } from '../../stack/stack.ts';
import { text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { unlessGone } from '../waiting.ts';
import { egressFields, ingressFields, toPermission } from './security-group-rule-fields.ts';

const GONE = ['InvalidPermission.NotFound', 'InvalidSecurityGroupRuleId.NotFound', 'InvalidGroup.NotFound'];

/** All but the description. */
const RULE_ITSELF = ['GroupId', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp', 'CidrIpv6'];

export const securityGroupIngress = defineResource({
  type: 'AWS::EC2::SecurityGroupIngress',
  attributes: ['Id'],
  properties: z.strictObject({ GroupId: text, ...ingressFields }),
  createOnly: [...RULE_ITSELF, 'SourceSecurityGroupId'],
  async create({ GroupId, ...rule }, context) {
    const IpPermissions = [toPermission(rule)];
    return identityOf(
      await context.clients.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions })),
    );
  },
  async delete(_identity, context, { GroupId, ...rule }) {
    const IpPermissions = [toPermission(rule)];
    await unlessGone(GONE, () =>
      context.clients.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions })),
    );
  },
});

export const securityGroupEgress = defineResource({
  type: 'AWS::EC2::SecurityGroupEgress',
  attributes: ['Id'],
  properties: z.strictObject({ GroupId: text, ...egressFields }),
  createOnly: [...RULE_ITSELF, 'DestinationSecurityGroupId'],
  async create({ GroupId, ...rule }, context) {
    const IpPermissions = [toPermission(rule)];
    return identityOf(
      await context.clients.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions })),
    );
  },
  async delete(_identity, context, { GroupId, ...rule }) {
    const IpPermissions = [toPermission(rule)];
    await unlessGone(GONE, () =>
      context.clients.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions })),
    );
  },
});

function identityOf(answer: { readonly SecurityGroupRules?: SecurityGroupRule[] | undefined }): Identity {
  const id = present(answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId, 'AuthorizeSecurityGroup', 'rule id');
  return { physicalId: id, attributes: { Id: id } };
}
