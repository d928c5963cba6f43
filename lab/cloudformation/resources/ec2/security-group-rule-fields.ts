import type { IpPermission } from '@aws-sdk/client-ec2';
import { integer, text } from '../fields.ts';

const common = {
  IpProtocol: text,
  FromPort: integer.optional(),
  ToPort: integer.optional(),
  CidrIp: text.optional(),
  CidrIpv6: text.optional(),
  Description: text.optional(),
};

/** Fields of one rule, alike in the group itself and in a rule that is a resource of its own. */
export const ingressFields = { ...common, SourceSecurityGroupId: text.optional() };
export const egressFields = { ...common, DestinationSecurityGroupId: text.optional() };

export interface Rule {
  readonly IpProtocol: string;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly CidrIp?: string | undefined;
  readonly CidrIpv6?: string | undefined;
  readonly Description?: string | undefined;
  readonly SourceSecurityGroupId?: string | undefined;
  readonly DestinationSecurityGroupId?: string | undefined;
}

export function toPermission(rule: Rule): IpPermission {
  const { IpProtocol, FromPort, ToPort, Description } = rule;
  const group = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  return {
    IpProtocol,
    FromPort,
    ToPort,
    ...(rule.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: rule.CidrIp, Description }] }),
    ...(rule.CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: rule.CidrIpv6, Description }] }),
    ...(group === undefined ? {} : { UserIdGroupPairs: [{ GroupId: group, Description }] }),
  };
}
