import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZoneCountError } from '../../../lib/constructs/own-vpc.ts';
import { subnetBlocks } from '../../../lib/spec/network.ts';
import { declared, templateOf } from './synth.ts';

const cluster = (network: string) =>
  declared(
    `{ cluster: demo, network: ${network}, groups: { managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10] } } } }`,
  );

const properties = (template: ReturnType<typeof templateOf>, type: string) =>
  Object.values(template.findResources(type)).map((resource) => resource['Properties']);

for (const network of [
  '{ cidr: 10.42.0.0/16 }',
  '{ cidr: 10.42.0.0/16, zones: 1, subnetMask: 28 }',
  '{ cidr: 10.42.0.0/20, zones: 2, subnetMask: 22 }',
  '{ cidr: 10.42.0.0/26, zones: 3, subnetMask: 28 }',
]) {
  test(`subnets are the blocks that the spec computes: ${network}`, () => {
    const spec = cluster(network);
    const subnets = properties(templateOf({ spec }), 'AWS::EC2::Subnet');
    assert.deepEqual(
      subnets.map((subnet) => subnet.CidrBlock),
      subnetBlocks(spec.network),
    );
  });
}

test('three zones without knowing the Region, public subnets only, a route out of each, no NAT', () => {
  const template = templateOf();
  const zones = properties(template, 'AWS::EC2::Subnet').map((subnet) => subnet.AvailabilityZone);
  assert.deepEqual(
    zones,
    [0, 1, 2].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': { Ref: 'AWS::Region' } }] })),
  );
  template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: true });
  template.resourceCountIs('AWS::EC2::Route', 3);
  template.allResourcesProperties('AWS::EC2::Route', { DestinationCidrBlock: '0.0.0.0/0' });
  template.resourceCountIs('AWS::EC2::NatGateway', 0);
});

test('the zones can be named, and then all of them', () => {
  const spec = declared();
  const template = templateOf({ spec, availabilityZones: ['eu-west-1c', 'eu-west-1a', 'eu-west-1b'] });
  const zones = properties(template, 'AWS::EC2::Subnet').map((subnet) => subnet.AvailabilityZone);
  assert.deepEqual(zones, ['eu-west-1c', 'eu-west-1a', 'eu-west-1b']);
  assert.throws(() => templateOf({ spec, availabilityZones: ['eu-west-1a'] }), ZoneCountError);
});

test("only Swarm's own ports are open, and only from members", () => {
  const template = templateOf();
  const rules = properties(template, 'AWS::EC2::SecurityGroupIngress').map((rule) => ({
    ports: [rule.IpProtocol, rule.FromPort, rule.ToPort].join(' '),
    to: shortName(rule.GroupId),
    from: shortName(rule.SourceSecurityGroupId),
  }));
  assert.deepEqual(
    rules.sort((a, b) => a.ports.localeCompare(b.ports)),
    [
      { ports: 'tcp 2377 2377', to: 'Managers', from: 'Members' },
      { ports: 'tcp 7946 7946', to: 'Members', from: 'Members' },
      { ports: 'udp 4789 4789', to: 'Members', from: 'Members' },
      { ports: 'udp 7946 7946', to: 'Members', from: 'Members' },
    ],
  );
  for (const group of properties(template, 'AWS::EC2::SecurityGroup')) {
    assert.equal(group.SecurityGroupIngress, undefined);
  }
});

test('nothing but the declared functions: the default security group is not emptied by one more', () => {
  templateOf().resourceCountIs('AWS::Lambda::Function', 4);
});

function shortName(groupId: { 'Fn::GetAtt': [string, string] }): string | undefined {
  return /^SwarmNetwork(Members|Managers)/.exec(groupId['Fn::GetAtt'][0])?.[1];
}
