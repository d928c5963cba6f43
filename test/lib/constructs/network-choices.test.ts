import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NoSubnetsError, SubnetMismatchError } from '../../../lib/constructs/existing-subnets.ts';
import { NetworkChoiceError } from '../../../lib/constructs/network.ts';
import { SelfHealingSwarm } from '../../../lib/constructs/self-healing-swarm.ts';
import type { SelfHealingSwarmProps } from '../../../lib/constructs/self-healing-swarm-props.ts';
import { covers, statementsOf } from './policy.ts';
import { declared, templateOf, testApp } from './synth.ts';

type Choices = Omit<SelfHealingSwarmProps, 'spec'>;

/** A stack that has other things besides, with a Swarm made of what `choose` picks from them. */
function templateWith(choose: (stack: Stack) => Choices, spec = declared()): Template {
  const stack = new Stack(testApp(), 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
  new SelfHealingSwarm(stack, 'Swarm', { spec, ...choose(stack) });
  return Template.fromStack(stack);
}

/** Public subnets 10.42.0.0/24 to 10.42.2.0/24, private ones 10.42.3.0/24 to 10.42.5.0/24. */
function shopVpc(stack: Stack): ec2.Vpc {
  return new ec2.Vpc(stack, 'Shop', {
    ipAddresses: ec2.IpAddresses.cidr('10.42.0.0/16'),
    availabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    natGateways: 1,
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
    ],
  });
}

const inPrivateSubnets = declared(`
cluster: demo
network: { cidr: 10.42.4.0/23, zones: 2, subnetMask: 24 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.4.10, 10.42.5.10, 10.42.5.11] } }
  workers: { flavor: swarm-worker, allocation: { size: 2 } }
`);

const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map((resource) => resource['Properties']);

test('private subnets: nothing public, no way out, endpoints for the agent and the token that only members reach', () => {
  const template = templateOf({ spec: declared(), privateSubnets: true });
  for (const type of ['InternetGateway', 'EIP', 'EIPAssociation', 'Route', 'NatGateway']) {
    template.resourceCountIs(`AWS::EC2::${type}`, 0);
  }
  template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  const endpoints = propertiesOf(template, 'AWS::EC2::VPCEndpoint');
  assert.deepEqual(endpoints.map((endpoint) => JSON.stringify(endpoint.ServiceName).match(/\.(\w+)"/)?.[1]).sort(), [
    's3',
    'ssm',
    'ssmmessages',
  ]);
  for (const endpoint of endpoints.filter((each) => each.VpcEndpointType === 'Interface')) {
    assert.equal(endpoint.PrivateDnsEnabled, true);
    assert.equal(endpoint.SubnetIds.length, 3);
  }
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    FromPort: 443,
    ToPort: 443,
    GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Endpoints'), 'GroupId'] },
    SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Members'), 'GroupId'] },
  });
});

test('private subnets need no Elastic IPs: seven managers are no reason for a warning', () => {
  const spec = declared(`
cluster: demo
network: { cidr: 10.42.0.0/16 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [10.42.0.10, 10.42.0.11, 10.42.0.12, 10.42.1.10, 10.42.1.11, 10.42.2.10, 10.42.2.11] }
`);
  const app = testApp();
  const stack = new Stack(app, 'Test');
  new SelfHealingSwarm(stack, 'Swarm', { spec, privateSubnets: true });
  const warnings = stack.node.findAll().flatMap((each) => each.node.metadata.map(({ data }) => String(data)));
  assert.ok(!warnings.some((text) => text.includes('elasticIpQuota')));
});

test('an existing VPC: no network is made, and the subnets are those whose blocks the spec names', () => {
  const template = templateWith((stack) => ({ vpc: shopVpc(stack) }), inPrivateSubnets);
  template.resourceCountIs('AWS::EC2::VPC', 1);
  template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  // The NAT gateway's own.
  template.resourceCountIs('AWS::EC2::EIP', 1);
  template.resourceCountIs('AWS::EC2::EIPAssociation', 0);
  template.hasResourceProperties('AWS::EC2::NetworkInterface', {
    PrivateIpAddress: '10.42.4.10',
    SubnetId: { Ref: Match.stringLikeRegexp('^ShopPrivateSubnet2') },
  });
  template.hasResourceProperties('AWS::EC2::Volume', { AvailabilityZone: 'eu-west-1b' });
  const [custom] = propertiesOf(template, 'Custom::EverswarmDeployment');
  assert.deepEqual(
    custom?.Deployment.subnets.map((subnet: { cidr: string; zone: string }) => [subnet.cidr, subnet.zone]),
    [
      ['10.42.4.0/24', 'eu-west-1b'],
      ['10.42.5.0/24', 'eu-west-1c'],
    ],
  );
});

test('an existing VPC with public subnets: logical IDs get Elastic IPs', () => {
  const template = templateWith((stack) => ({ vpc: shopVpc(stack) }));
  template.resourceCountIs('AWS::EC2::EIPAssociation', 3);
});

test('an existing VPC without a way out: endpoints on demand, but nobody’s route tables are changed', () => {
  const template = templateWith((stack) => ({ vpc: shopVpc(stack), endpoints: true }), inPrivateSubnets);
  const types = propertiesOf(template, 'AWS::EC2::VPCEndpoint').map((endpoint) => endpoint.VpcEndpointType);
  assert.deepEqual(types, ['Interface', 'Interface']);
});

test('imported subnets, known by their attributes', () => {
  const template = templateWith((stack) => {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a'],
    });
    const subnets = [4, 5].map((index) =>
      ec2.Subnet.fromSubnetAttributes(stack, `Subnet${index}`, {
        subnetId: `subnet-0123456789abcdef${index}`,
        availabilityZone: `eu-west-1${index === 4 ? 'a' : 'b'}`,
        ipv4CidrBlock: `10.42.${index}.0/24`,
      }),
    );
    return { vpc, vpcSubnets: { subnets } };
  }, inPrivateSubnets);
  template.hasResourceProperties('AWS::EC2::NetworkInterface', {
    PrivateIpAddress: '10.42.5.11',
    SubnetId: 'subnet-0123456789abcdef5',
  });
});

test('a VPC that is yet to be looked up is taken as it comes; the real one is asked for', () => {
  // The CDK's own rules would refuse the ids that it makes up itself.
  const app = testApp({ '@aws-cdk/core:validateAgainstDefaultRules': false });
  const stack = new Stack(app, 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
  const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { isDefault: true });
  new SelfHealingSwarm(stack, 'Swarm', { spec: inPrivateSubnets, vpc });
  assert.deepEqual(
    app.synth().manifest.missing?.map(({ provider }) => provider),
    ['vpc-provider'],
  );
});

test('what can’t be: said with what was found, and what to do', () => {
  const cases: [(stack: Stack) => Choices, abstract: new (...args: never[]) => Error, RegExp][] = [
    [
      (stack) => ({ vpc: new ec2.Vpc(stack, 'Other', { ipAddresses: ec2.IpAddresses.cidr('10.9.0.0/16') }) }),
      SubnetMismatchError,
      /10\.42\.4\.0\/24.*it has 10\.9\./,
    ],
    [
      (stack) => ({
        vpc: ec2.Vpc.fromVpcAttributes(stack, 'Bare', {
          vpcId: 'vpc-0123456789abcdef0',
          availabilityZones: ['eu-west-1a'],
        }),
      }),
      NoSubnetsError,
      /vpc-0123456789abcdef0.*fromSubnetAttributes/,
    ],
    [(stack) => ({ vpc: shopVpc(stack), privateSubnets: true }), NetworkChoiceError, /privateSubnets/],
    [() => ({ vpcSubnets: {} }), NetworkChoiceError, /without vpc/],
  ];
  for (const [choose, kind, message] of cases) {
    assert.throws(
      () => templateWith(choose, inPrivateSubnets),
      (error) => error instanceof kind && message.test(error.message),
    );
  }
});

test('more security groups: on the machines of both kinds, and allowed for launches', () => {
  const template = templateWith((stack) => ({
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Database', 'sg-0123456789abcdef0')],
  }));
  for (const { GroupSet } of propertiesOf(template, 'AWS::EC2::NetworkInterface')) {
    assert.equal(GroupSet.length, 3);
    assert.equal(GroupSet.at(-1), 'sg-0123456789abcdef0');
  }
  const cattle = propertiesOf(template, 'AWS::EC2::LaunchTemplate').flatMap(
    ({ LaunchTemplateData }) => LaunchTemplateData.SecurityGroupIds ?? [],
  );
  assert.ok(cattle.includes('sg-0123456789abcdef0'));
  const launches = statementsOf(template, 'SwarmControllerReconcileRole').filter(({ effect }) => effect === 'Allow');
  const group = 'arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0123456789abcdef0';
  assert.ok(
    launches.some(
      (statement) => covers(statement, 'ec2:RunInstances', group) && !covers(statement, 'ec2:RunInstances', 'x'),
    ),
  );
});
