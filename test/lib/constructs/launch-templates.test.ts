import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { templateOf } from './synth.ts';

const template = templateOf();

/** The data of the one template whose machines carry the group's tag. */
function dataOf(group: string): Record<string, unknown> {
  const found = Object.values(template.findResources('AWS::EC2::LaunchTemplate'))
    .map((resource) => resource['Properties'].LaunchTemplateData)
    .filter((data) => JSON.stringify(data.TagSpecifications).includes(`"${group}"`));
  assert.equal(found.length, 1);
  return found[0];
}

test('one template for each group; machines and disks carry the cluster and the group', () => {
  template.resourceCountIs('AWS::EC2::LaunchTemplate', 2);
  for (const group of ['managers', 'workers']) {
    const tags = [
      { Key: 'everswarm:cluster', Value: 'demo' },
      { Key: 'everswarm:group', Value: group },
    ];
    assert.deepEqual(dataOf(group)['TagSpecifications'], [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ]);
  }
});

test('metadata by session token only, for the host only', () => {
  template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: {
      MetadataOptions: {
        HttpEndpoint: 'enabled',
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
      },
    },
  });
});

test('each group has the instance profile of its flavor', () => {
  const profile = (group: string) => JSON.stringify(dataOf(group)['IamInstanceProfile']);
  assert.match(profile('managers'), /SwarmNodeRolesManagerProfile/);
  assert.match(profile('workers'), /SwarmNodeRolesWorkerProfile/);
});

test('nothing in it that a request with a subnet, or with an interface of its own, would be refused for', () => {
  assert.equal(dataOf('managers')['SecurityGroupIds'], undefined);
  template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: {
      SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^SwarmNetworkMembers'), 'GroupId'] }],
    },
  });
  template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: { NetworkInterfaces: Match.absent(), SecurityGroups: Match.absent() },
  });
});

test('the image comes with the request: a template must not change under a cluster', () => {
  template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: { ImageId: Match.absent(), UserData: Match.absent(), InstanceType: Match.absent() },
  });
});
