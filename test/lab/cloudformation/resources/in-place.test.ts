import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClients } from '../../../../lab/cloudformation/clients.ts';
import { provision } from '../../../../lab/cloudformation/provision.ts';
import { type Stack, StackError } from '../../../../lab/cloudformation/stack/stack.ts';
import { updateStack } from '../../../../lab/cloudformation/update-stack.ts';
import { createIamService } from '../../../../lab/region/iam/service.ts';
import { seededRandom } from '../../../../lab/sim/random.ts';
import { systemClock } from '../../../../lib/system-clock.ts';
import { labRegion } from '../../region/support/lab-region.ts';

interface Wish {
  readonly dns: boolean;
  readonly port: number;
  readonly size: number;
  readonly text: string;
  readonly type: string;
}

const before: Wish = { dns: false, port: 22, size: 2, text: 'before', type: 't4g.small' };
const after: Wish = { dns: true, port: 443, size: 3, text: 'after', type: 't4g.large' };

function template({ dns, port, size, text, type }: Wish, more: object = {}) {
  const Tags = [{ Key: 'state', Value: text }];
  return {
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.7.0.0/16', EnableDnsSupport: dns, Tags } },
      Subnet: {
        Type: 'AWS::EC2::Subnet',
        Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.7.0.0/24', MapPublicIpOnLaunch: dns, Tags },
      },
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: 'all',
          VpcId: { Ref: 'Vpc' },
          SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '0.0.0.0/0' }],
          ...(dns
            ? { SecurityGroupEgress: [{ IpProtocol: 'udp', FromPort: 53, ToPort: 53, CidrIp: '0.0.0.0/0' }] }
            : {}),
          Tags,
        },
      },
      Interface: {
        Type: 'AWS::EC2::NetworkInterface',
        Properties: { SubnetId: { Ref: 'Subnet' }, GroupSet: [{ Ref: 'Group' }], Description: text, Tags },
      },
      Volume: { Type: 'AWS::EC2::Volume', Properties: { AvailabilityZone: 'us-east-1a', Size: size, Tags } },
      Template: {
        Type: 'AWS::EC2::LaunchTemplate',
        Properties: { LaunchTemplateData: { InstanceType: type } },
      },
      Document: {
        Type: 'AWS::SSM::Document',
        Properties: {
          DocumentType: 'Command',
          DocumentFormat: 'JSON',
          UpdateMethod: 'NewVersion',
          Content: {
            schemaVersion: '2.2',
            description: text,
            mainSteps: [{ action: 'aws:runShellScript', name: 'step', inputs: { runCommand: ['true'] } }],
          },
        },
      },
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: text } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
          Description: text,
          ManagedPolicyArns: [`arn:aws:iam::aws:policy/${text}`],
          Policies: [{ PolicyName: text, PolicyDocument: { Statement: [] } }],
          Tags,
        },
      },
      ...more,
    },
    Outputs: { Latest: { Value: { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] } } },
  };
}

async function stage() {
  const { region, client, ec2, ssm } = labRegion();
  const iam = createIamService(region.context);
  region.register(iam);
  const clients = createClients(client);
  // Resources are waited for in real time; the region's own clock stands still.
  const common = { clients, clock: systemClock, random: seededRandom(1) };
  const place = { account: '123456789012', region: 'us-east-1', stackName: 'Demo' };
  const stack = await provision({ ...common, ...place, template: template(before) });

  const idOf = (logicalId: string): string =>
    stack.resources.find((resource) => resource.logicalId === logicalId)?.identity?.physicalId ?? '';
  /** All that the two wishes tell apart, as AWS shows it. */
  async function seen() {
    const { Vpcs } = await ec2.describeVpcs({ VpcIds: [idOf('Vpc')] });
    const dns = await ec2.describeVpcAttribute({ VpcId: idOf('Vpc'), Attribute: 'enableDnsSupport' });
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: [idOf('Subnet')] });
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [idOf('Group')] });
    const { NetworkInterfaces } = await ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [idOf('Interface')] });
    const { Volumes } = await ec2.describeVolumes({ VolumeIds: [idOf('Volume')] });
    const LaunchTemplateId = idOf('Template');
    const versions = await ec2.describeLaunchTemplateVersions({ LaunchTemplateId, Versions: ['$Latest'] });
    const document = await ssm.getDocument({ Name: idOf('Document') });
    const { Parameter } = await ssm.getParameter({ Name: idOf('Parameter') });
    const role = iam.directory.role(idOf('Role'));
    return {
      tags: [Vpcs, Subnets, SecurityGroups, Volumes].map((found) => found?.[0]?.Tags?.[0]?.Value),
      interfaceTag: NetworkInterfaces?.[0]?.TagSet?.[0]?.Value,
      dns: dns.EnableDnsSupport?.Value,
      publicAddresses: Subnets?.[0]?.MapPublicIpOnLaunch,
      ports: SecurityGroups?.[0]?.IpPermissions?.map(({ FromPort }) => FromPort),
      egress: SecurityGroups?.[0]?.IpPermissionsEgress?.map(({ IpProtocol }) => IpProtocol),
      description: NetworkInterfaces?.[0]?.Description,
      size: Volumes?.[0]?.Size,
      type: versions.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.InstanceType,
      document: /"description":"(\w+)"/.exec(document.Content ?? '')?.[1],
      parameter: Parameter?.Value,
      role: [role.description, [...role.attached], [...role.policies.keys()], [...role.tags.values()]],
    };
  }
  const update = (source: object): Promise<Stack> => updateStack({ ...common, stack, template: source });
  return { seen, update };
}

function expected({ dns, port, size, text, type }: Wish) {
  return {
    tags: [text, text, text, text],
    interfaceTag: text,
    dns,
    publicAddresses: dns,
    ports: [port],
    egress: [dns ? 'udp' : '-1'],
    description: text,
    size,
    type,
    document: text,
    parameter: text,
    role: [text, [`arn:aws:iam::aws:policy/${text}`], [text], [text]],
  };
}

describe('what can be changed in place', () => {
  test('is, without a new resource', async () => {
    const { seen, update } = await stage();
    assert.deepEqual(await seen(), expected(before));
    const updated = await update(template(after));
    assert.deepEqual(await seen(), expected(after));
    assert.equal(updated.outputs['Latest']?.value, '2');
  });

  test('is brought back when something else fails', async () => {
    const { seen, update } = await stage();
    const all = Object.keys(template(after).Resources);
    const failing = {
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.99.0.0/24' },
      DependsOn: all,
    };
    // A disk can't be made smaller again, on AWS neither: it stays as it is.
    await assert.rejects(update(template({ ...after, size: before.size }, { Failing: failing })), (error) => {
      assert.ok(error instanceof StackError);
      assert.equal(error.left.status, 'UPDATE_ROLLBACK_COMPLETE', error.message);
      return true;
    });
    assert.deepEqual(await seen(), expected(before));
  });

  test('is refused where AWS can not do it', async () => {
    const { seen, update } = await stage();
    const moved = template(before);
    const { Volume } = moved.Resources;
    const elsewhere = { ...Volume, Properties: { ...Volume.Properties, AvailabilityZone: 'us-east-1b' } };
    await assert.rejects(
      update({ ...moved, Resources: { ...moved.Resources, Volume: elsewhere } }),
      /Updates are not supported for AvailabilityZone of AWS::EC2::Volume/,
    );
    assert.deepEqual(await seen(), expected(before));
  });
});
