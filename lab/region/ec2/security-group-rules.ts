import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement, XmlValue } from '../wire/xml.ts';
import { type Ec2Actions, existing, LISTING } from './action.ts';
import { parseCidr } from './cidr.ts';
import { filtered, page } from './listing.ts';
import type { Peer, SecurityGroup, SecurityGroupRule } from './model.ts';
import { tagSet } from './tags.ts';
import type { Ec2World } from './world.ts';

/** Rules as `IpPermissions` or as the flat parameters; one for each peer. */
export function parseRules(
  params: Params,
  world: Ec2World,
  group: SecurityGroup,
  egress: boolean,
): readonly SecurityGroupRule[] {
  const permissions = params.structs('IpPermissions');
  const rules =
    permissions.length > 0
      ? permissions.flatMap((permission) => parsePermission(permission, world, group, egress))
      : parsePermission(params, world, group, egress);
  if (rules.length === 0) {
    throw new ServiceError('MissingParameter', 'The request must contain IpPermissions, each with at least one peer');
  }
  return rules;
}

function parsePermission(
  permission: Params,
  world: Ec2World,
  group: SecurityGroup,
  egress: boolean,
): SecurityGroupRule[] {
  const protocol = permission.required('IpProtocol');
  if (!/^(-1|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(protocol)) {
    throw permission.invalid('IpProtocol', protocol, '-1, tcp, udp, icmp, icmpv6 or a protocol number');
  }
  const all = protocol === '-1';
  const from = all ? undefined : permission.whole('FromPort');
  const to = all ? undefined : permission.whole('ToPort');
  const ports = protocol === 'tcp' || protocol === 'udp';
  if (ports && (from === undefined || to === undefined || from < 0 || to > 65_535 || from > to)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Invalid port range ${from ?? '?'} to ${to ?? '?'}: ${protocol} needs FromPort and ToPort within 0 to 65535.`,
    );
  }
  return parsePeers(permission, world, group).map(({ peer, description }) => ({
    id: resourceId(world.context.random, 'sgr'),
    tags: new Map(),
    egress,
    protocol,
    from,
    to,
    peer,
    description,
  }));
}

function parsePeers(
  permission: Params,
  world: Ec2World,
  group: SecurityGroup,
): readonly { readonly peer: Peer; readonly description: string | undefined }[] {
  const flat = permission.text('CidrIp');
  const ipv4 = permission.structs('IpRanges').map((range) => ({
    peer: { kind: 'ipv4' as const, cidr: parseCidr(range.required('CidrIp'), 'CidrIp').text },
    description: range.text('Description'),
  }));
  const ipv6 = permission.structs('Ipv6Ranges').map((range) => ({
    peer: { kind: 'ipv6' as const, cidr: range.required('CidrIpv6') },
    description: range.text('Description'),
  }));
  const groups = permission.structs('Groups').map((pair) => ({
    peer: { kind: 'group' as const, groupId: peerGroup(world, group, pair) },
    description: pair.text('Description'),
  }));
  const single =
    flat === undefined
      ? []
      : [{ peer: { kind: 'ipv4' as const, cidr: parseCidr(flat, 'CidrIp').text }, description: undefined }];
  return [...single, ...ipv4, ...ipv6, ...groups];
}

function peerGroup(world: Ec2World, group: SecurityGroup, pair: Params): string {
  const id = pair.required('GroupId');
  const peer = existing(world.groups.get(id), 'InvalidGroup.NotFound', 'security group', id);
  if (peer.vpcId !== group.vpcId) {
    throw new ServiceError('InvalidGroup.NotFound', `The security group '${id}' is not in ${group.vpcId}`);
  }
  return id;
}

/** What makes two rules the same; descriptions don't. */
export function ruleKey({ egress, protocol, from, to, peer }: SecurityGroupRule): string {
  const target = peer.kind === 'group' ? peer.groupId : peer.cidr;
  return `${egress ? 'egress' : 'ingress'} ${protocol} ${from ?? ''}-${to ?? ''} ${target}`;
}

export function ruleSet(world: Ec2World, group: SecurityGroup, rule: SecurityGroupRule): XmlElement {
  return {
    securityGroupRuleId: rule.id,
    groupId: group.id,
    groupOwnerId: world.context.account,
    isEgress: rule.egress,
    ipProtocol: rule.protocol,
    fromPort: rule.from ?? -1,
    toPort: rule.to ?? -1,
    cidrIpv4: rule.peer.kind === 'ipv4' ? rule.peer.cidr : undefined,
    cidrIpv6: rule.peer.kind === 'ipv6' ? rule.peer.cidr : undefined,
    referencedGroupInfo:
      rule.peer.kind === 'group' ? { groupId: rule.peer.groupId, userId: world.context.account } : undefined,
    description: rule.description,
    tagSet: tagSet(rule.tags),
  };
}

/** Rules of one protocol and port range are one permission with several peers. */
export function permissionSet(world: Ec2World, group: SecurityGroup, egress: boolean): XmlValue {
  const wanted = group.rules.filter((rule) => rule.egress === egress);
  const together = Map.groupBy(wanted, ({ protocol, from, to }) => `${protocol} ${from ?? ''} ${to ?? ''}`);
  return [...together.values()].map((rules) => ({
    ipProtocol: rules[0]?.protocol,
    fromPort: rules[0]?.from,
    toPort: rules[0]?.to,
    groups: rules.flatMap(({ peer, description }) =>
      peer.kind === 'group' ? [{ groupId: peer.groupId, userId: world.context.account, description }] : [],
    ),
    ipRanges: rules.flatMap(({ peer, description }) =>
      peer.kind === 'ipv4' ? [{ cidrIp: peer.cidr, description }] : [],
    ),
    ipv6Ranges: rules.flatMap(({ peer, description }) =>
      peer.kind === 'ipv6' ? [{ cidrIpv6: peer.cidr, description }] : [],
    ),
    prefixListIds: [],
  }));
}

function describeRules(params: Params, world: Ec2World): XmlElement {
  const rows = [...world.groups].flatMap((group) => group.rules.map((rule) => ({ ...rule, group })));
  const ids = params.texts('SecurityGroupRuleId');
  for (const id of ids) {
    existing(
      rows.find((row) => row.id === id),
      'InvalidSecurityGroupRuleId.NotFound',
      'security group rule',
      id,
    );
  }
  const candidates = ids.length > 0 ? rows.filter(({ id }) => ids.includes(id)) : rows;
  const found = filtered(params, candidates, {
    'group-id': (row) => row.group.id,
    'security-group-rule-id': (row) => row.id,
  });
  const { items, nextToken } = page(params, found, (row) => rows.indexOf(row) + 1);
  return { securityGroupRuleSet: items.map((row) => ruleSet(world, row.group, row)), nextToken };
}

export const securityGroupRuleActions: Ec2Actions = {
  DescribeSecurityGroupRules: { takes: ['SecurityGroupRuleId', ...LISTING], run: describeRules },
};
