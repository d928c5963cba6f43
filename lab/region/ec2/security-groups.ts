import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { arn, DONE, dependency, type Ec2Actions, existing, LISTING } from './action.ts';
import { describe, type Listing } from './listing.ts';
import type { SecurityGroup, SecurityGroupRule, Tags, Vpc } from './model.ts';
import { parseRules, permissionSet, ruleKey, ruleSet } from './security-group-rules.ts';
import { tagSet, tagsAtCreation, tagsByType } from './tags.ts';
import { findVpc } from './vpcs.ts';
import type { Ec2World } from './world.ts';

export function findGroup(world: Ec2World, id: string): SecurityGroup {
  return existing(world.groups.get(id), 'InvalidGroup.NotFound', 'security group', id);
}

/** A new group lets everything out and nothing in; the default group (`open`) also what comes from itself. */
export function addSecurityGroup(
  world: Ec2World,
  vpc: Vpc,
  group: { readonly name: string; readonly description: string; readonly tags: Tags; readonly open: boolean },
): SecurityGroup {
  const { random } = world.context;
  const id = resourceId(random, 'sg');
  const all = { protocol: '-1', from: undefined, to: undefined, description: undefined };
  const rules: SecurityGroupRule[] = [
    { id: resourceId(random, 'sgr'), tags: new Map(), egress: true, ...all, peer: { kind: 'ipv4', cidr: '0.0.0.0/0' } },
  ];
  if (group.open) {
    rules.push({
      id: resourceId(random, 'sgr'),
      tags: new Map(),
      egress: false,
      ...all,
      peer: { kind: 'group', groupId: id },
    });
  }
  return world.groups.add({
    id,
    tags: group.tags,
    name: group.name,
    description: group.description,
    vpcId: vpc.id,
    rules,
  });
}

function create(params: Params, world: Ec2World): XmlElement {
  const name = params.required('GroupName');
  const vpc = findVpc(world, params.required('VpcId'));
  if (world.groups.find((group) => group.vpcId === vpc.id && group.name === name) !== undefined) {
    throw new ServiceError('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpc.id}'`);
  }
  if (name.startsWith('sg-')) {
    throw params.invalid('GroupName', name, 'a name that does not start with "sg-"');
  }
  const group = addSecurityGroup(world, vpc, {
    name,
    description: params.required('GroupDescription'),
    tags: tagsAtCreation(params, 'security-group'),
    open: false,
  });
  return {
    return: true,
    groupId: group.id,
    securityGroupArn: arn(world, `security-group/${group.id}`),
    tagSet: tagSet(group.tags),
  };
}

function authorize(egress: boolean) {
  return (params: Params, world: Ec2World): XmlElement => {
    const group = findGroup(world, params.required('GroupId'));
    const tags = tagsByType(params, ['security-group-rule']).get('security-group-rule') ?? new Map();
    const asked = parseRules(params, world, group, egress);
    const known = new Set(group.rules.map(ruleKey));
    for (const rule of asked) {
      const key = ruleKey(rule);
      if (known.has(key)) {
        throw new ServiceError(
          'InvalidPermission.Duplicate',
          `the specified rule "${key}" already exists in ${group.id}`,
        );
      }
      known.add(key);
    }
    const added = asked.map((rule) => ({ ...rule, tags: new Map(tags) }));
    group.rules = [...group.rules, ...added];
    return { return: true, securityGroupRuleSet: added.map((rule) => ruleSet(world, group, rule)) };
  };
}

function revoke(egress: boolean) {
  return (params: Params, world: Ec2World): XmlElement => {
    const group = findGroup(world, params.required('GroupId'));
    const ids = params.texts('SecurityGroupRuleId');
    const keys = ids.length > 0 ? [] : parseRules(params, world, group, egress).map(ruleKey);
    const gone = group.rules.filter((rule) => ids.includes(rule.id) || keys.includes(ruleKey(rule)));
    if (gone.length < ids.length + keys.length) {
      throw ids.length > 0
        ? new ServiceError('InvalidSecurityGroupRuleId.NotFound', `Not all of ${ids.join(', ')} exist in ${group.id}`)
        : new ServiceError(
            'InvalidPermission.NotFound',
            `The specified rule does not exist in ${group.id}: ${keys.join(', ')}`,
          );
    }
    group.rules = group.rules.filter((rule) => !gone.includes(rule));
    return { return: true, revokedSecurityGroupRuleSet: gone.map((rule) => ruleSet(world, group, rule)) };
  };
}

function remove(params: Params, world: Ec2World): XmlElement {
  const group = findGroup(world, params.required('GroupId'));
  if (group.name === 'default') {
    throw new ServiceError(
      'CannotDelete',
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    );
  }
  const enis = world.interfaces.filter(({ groups }) => groups.includes(group.id));
  if (enis.length > 0)
    throw dependency(`security group '${group.id}'`, `${enis.map(({ id }) => id).join(', ')} use it`);
  const refers = (rule: SecurityGroupRule) => rule.peer.kind === 'group' && rule.peer.groupId === group.id;
  const others = world.groups.filter((other) => other !== group && other.rules.some(refers));
  if (others.length > 0) {
    throw dependency(`security group '${group.id}'`, `rules of ${others.map(({ id }) => id).join(', ')} name it`);
  }
  world.groups.delete(group.id);
  return DONE;
}

function listing(world: Ec2World): Listing<SecurityGroup> {
  return {
    idParameter: 'GroupId',
    set: 'securityGroupInfo',
    kind: 'security group',
    notFound: 'InvalidGroup.NotFound',
    items: world.groups,
    fields: {
      'group-id': (group) => group.id,
      'group-name': (group) => group.name,
      description: (group) => group.description,
      'vpc-id': (group) => group.vpcId,
      'owner-id': () => world.context.account,
    },
    render: (group) => ({
      groupId: group.id,
      groupName: group.name,
      groupDescription: group.description,
      vpcId: group.vpcId,
      ownerId: world.context.account,
      securityGroupArn: arn(world, `security-group/${group.id}`),
      ipPermissions: permissionSet(world, group, false),
      ipPermissionsEgress: permissionSet(world, group, true),
      tagSet: tagSet(group.tags),
    }),
  };
}

const RULES = ['GroupId', 'IpPermissions', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp'] as const;

export const securityGroupActions: Ec2Actions = {
  CreateSecurityGroup: { takes: ['GroupName', 'GroupDescription', 'VpcId', 'TagSpecification'], run: create },
  AuthorizeSecurityGroupIngress: { takes: [...RULES, 'TagSpecification'], run: authorize(false) },
  AuthorizeSecurityGroupEgress: { takes: [...RULES, 'TagSpecification'], run: authorize(true) },
  RevokeSecurityGroupIngress: { takes: [...RULES, 'SecurityGroupRuleId'], run: revoke(false) },
  RevokeSecurityGroupEgress: { takes: [...RULES, 'SecurityGroupRuleId'], run: revoke(true) },
  DescribeSecurityGroups: { takes: ['GroupId', ...LISTING], run: (params, world) => describe(params, listing(world)) },
  DeleteSecurityGroup: { takes: ['GroupId'], run: remove },
};
