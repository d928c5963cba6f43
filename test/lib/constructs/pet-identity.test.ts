import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { declared, templateOf } from './synth.ts';

const PETS = `
cluster: zoo
network: { cidr: 10.42.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] } }
  databases:
    flavor: swarm-worker
    allocation: { logicalIds: [10.42.2.20] }
    volume: { sizeGiB: 40, type: io2 }
`;

const tags = (group: string, logicalId: string) =>
  Match.arrayWith([
    { Key: 'everswarm:cluster', Value: 'zoo' },
    { Key: 'everswarm:group', Value: group },
    { Key: 'everswarm:logical-id', Value: logicalId },
  ]);

test('each logical ID of any group has its address, Elastic IP and volume, tagged as its own', () => {
  const template = templateOf({ spec: declared(PETS) });
  for (const type of ['NetworkInterface', 'EIP', 'EIPAssociation', 'Volume']) {
    template.resourceCountIs(`AWS::EC2::${type}`, 4);
  }
  for (const [group, logicalId, zone] of [
    ['managers', '10.42.0.10', 0],
    ['managers', '10.42.1.10', 1],
    ['managers', '10.42.2.10', 2],
    ['databases', '10.42.2.20', 2],
  ] as const) {
    template.hasResourceProperties('AWS::EC2::NetworkInterface', {
      PrivateIpAddress: logicalId,
      SubnetId: { Ref: Match.stringLikeRegexp(`PublicSubnet${zone + 1}`) },
      Tags: tags(group, logicalId),
    });
    template.hasResourceProperties('AWS::EC2::EIP', { Domain: 'vpc', Tags: tags(group, logicalId) });
    template.hasResourceProperties('AWS::EC2::Volume', {
      AvailabilityZone: { 'Fn::Select': [zone, Match.anyValue()] },
      Encrypted: true,
      Tags: tags(group, logicalId),
    });
  }
});

test('each Elastic IP is bound to the interface of its own logical ID', () => {
  const template = templateOf({ spec: declared(PETS) });
  for (const association of Object.values(template.findResources('AWS::EC2::EIPAssociation'))) {
    const { AllocationId, NetworkInterfaceId } = association['Properties'];
    const owner = (id: string) => /^SwarmIdentities(\d+)/.exec(id)?.[1];
    assert.ok(owner(NetworkInterfaceId.Ref));
    assert.equal(owner(AllocationId['Fn::GetAtt'][0]), owner(NetworkInterfaceId.Ref));
  }
});

test('managers are in both security groups, other pets among the members only', () => {
  const template = templateOf({ spec: declared(PETS) });
  const groups = (address: string) => {
    const [found] = Object.values(
      template.findResources('AWS::EC2::NetworkInterface', { Properties: { PrivateIpAddress: address } }),
    );
    return found?.['Properties'].GroupSet.length;
  };
  assert.equal(groups('10.42.0.10'), 2);
  assert.equal(groups('10.42.2.20'), 1);
});

test('volumes are as declared: gp3 by default, provisioned ones with a figure', () => {
  const template = templateOf({ spec: declared(PETS) });
  template.hasResourceProperties('AWS::EC2::Volume', { VolumeType: 'gp3', Size: 30, Iops: Match.absent() });
  template.hasResourceProperties('AWS::EC2::Volume', { VolumeType: 'io2', Size: 40, Iops: 2000 });
});

for (const [policy, expected, replaced] of [
  [undefined, 'Snapshot', 'Snapshot'],
  [RemovalPolicy.SNAPSHOT, 'Snapshot', 'Snapshot'],
  // Not those of a first deployment that is rolled back.
  [RemovalPolicy.RETAIN, 'RetainExceptOnCreate', 'Retain'],
  [RemovalPolicy.DESTROY, 'Delete', 'Delete'],
] as const) {
  test(`volumes on removal: ${policy ?? 'by default'} means ${expected}`, () => {
    const template = templateOf({
      spec: declared(),
      ...(policy === undefined ? {} : { volumeRemovalPolicy: policy }),
    });
    template.allResources('AWS::EC2::Volume', { DeletionPolicy: expected, UpdateReplacePolicy: replaced });
  });
}

test('adopted volumes are told to the deployment, and the stack makes none in their place', () => {
  const adoptVolumes = { '10.42.0.10': 'vol-0aaaaaaaaaaaaaaaa', '10.42.1.10': 'vol-0bbbbbbbbbbbbbbbb' };
  const template = templateOf({ spec: declared(PETS), adoptVolumes });
  template.resourceCountIs('AWS::EC2::Volume', 2);
  template.resourceCountIs('AWS::EC2::NetworkInterface', 4);
  template.hasResourceProperties('Custom::EverswarmDeployment', { Deployment: { adoptedVolumes: adoptVolumes } });
  assert.doesNotMatch(JSON.stringify(templateOf({ spec: declared(PETS) }).toJSON()), /adoptedVolumes/);
});

for (const [what, adoptVolumes, says] of [
  ['of nobody', { '10.42.0.99': 'vol-0aaaaaaaaaaaaaaaa' }, /10\.42\.0\.99 is not declared; there are 10\.42\.0\.10/],
  ['that is none', { '10.42.0.10': 'snap-0aaaaaaaaaaaaaaaa' }, /"snap-0a+" is no volume's id/],
  ['given twice', { '10.42.0.10': 'vol-0aaaaaaaaaaaaaaaa', '10.42.1.10': 'vol-0aaaaaaaaaaaaaaaa' }, /named twice/],
] as const) {
  test(`a volume ${what} is refused at synthesis`, () => {
    assert.throws(() => templateOf({ spec: declared(PETS), adoptVolumes }), { code: 'AdoptVolumes', message: says });
  });
}
