import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { Stage } from 'aws-cdk-lib';
import { type AssemblyStack, readAssembly } from '../../../lab/cloudformation/assembly.ts';
import type { Clients } from '../../../lab/cloudformation/clients.ts';
import { deleteStack } from '../../../lab/cloudformation/delete-stack.ts';
import { type ProvisionOptions, provision } from '../../../lab/cloudformation/provision.ts';
import { StackError } from '../../../lab/cloudformation/stack/stack.ts';
import { seededRandom } from '../../../lab/sim/random.ts';
import { systemClock } from '../../../lib/system-clock.ts';
import { declared, stackOf } from '../../lib/constructs/synth.ts';
import { createWholeRegion, type WholeRegion } from './support/whole-region.ts';

const AT = { account: '123456789012', region: 'us-east-1' };
const ANSWERING = fileURLToPath(new URL('./fixtures/answering', import.meta.url));
const MANAGERS = ['10.42.0.10', '10.42.1.10', '10.42.2.10'];

/** The product's own stack, without its bundles: functions that only answer stand in for them. */
async function synthesised(): Promise<AssemblyStack> {
  const stage = Stage.of(stackOf({ spec: declared() }));
  assert.ok(stage !== undefined);
  return readAssembly(stage.synth().directory, AT);
}

function options(assembly: AssemblyStack, whole: WholeRegion): ProvisionOptions {
  return {
    ...assembly,
    ...AT,
    clients: whole.clients,
    clock: systemClock,
    random: seededRandom(2),
    registerAsset: (bucket, key) => whole.registerAsset(bucket, key, ANSWERING),
  };
}

/** How many of each are there that deleting a stack has to take away. */
async function remaining({ ec2 }: Clients) {
  const [vpcs, interfaces, addresses, volumes, templates, gateways] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeNetworkInterfacesCommand({})),
    ec2.send(new DescribeAddressesCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    ec2.send(new DescribeLaunchTemplatesCommand({})),
    ec2.send(new DescribeInternetGatewaysCommand({})),
  ]);
  return [
    vpcs.Vpcs,
    interfaces.NetworkInterfaces,
    addresses.Addresses,
    volumes.Volumes,
    templates.LaunchTemplates,
    gateways.InternetGateways,
  ].map((list) => list?.length);
}

describe("the product's own stack", () => {
  const whole = createWholeRegion();
  after(() => whole.stop());
  const { ec2 } = whole.clients;

  test('comes up whole, and goes again with its volumes copied', { timeout: 60_000 }, async () => {
    const assembly = await synthesised();
    const stack = await provision(options(assembly, whole));
    assert.equal(stack.status, 'CREATE_COMPLETE');

    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    assert.deepEqual(
      Subnets.map((subnet) => [subnet.CidrBlock, subnet.AvailabilityZone, subnet.MapPublicIpOnLaunch]).toSorted(),
      [
        ['10.42.0.0/24', 'us-east-1a', true],
        ['10.42.1.0/24', 'us-east-1b', true],
        ['10.42.2.0/24', 'us-east-1c', true],
      ],
    );
    const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
    assert.deepEqual(NetworkInterfaces.map((each) => each.PrivateIpAddress).toSorted(), MANAGERS);
    assert.ok(NetworkInterfaces.every((each) => each.Association?.PublicIp !== undefined));
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
    const tagged = Volumes.map((volume) => volume.Tags?.find(({ Key }) => Key === 'everswarm:logical-id')?.Value);
    assert.deepEqual(tagged.toSorted(), MANAGERS);
    assert.ok(Volumes.every((volume) => volume.Encrypted === true && volume.VolumeType === 'gp3'));

    const custom = stack.resources.find(({ type }) => type === 'Custom::EverswarmDeployment');
    const deployment = JSON.parse(String(custom?.identity?.attributes['Deployment']));
    assert.deepEqual(
      new Set(deployment.subnets.map((subnet: { id: string }) => subnet.id)),
      new Set(Subnets.map((subnet) => subnet.SubnetId)),
    );
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({
        LaunchTemplateId: deployment.launchTemplates.workers.id,
        Versions: [deployment.launchTemplates.workers.version],
      }),
    );
    const data = LaunchTemplateVersions[0]?.LaunchTemplateData;
    assert.equal(data?.MetadataOptions?.HttpTokens, 'required');
    assert.match(String(data?.IamInstanceProfile?.Arn), /:instance-profile\/Everswarm-demo-/);

    assert.equal((await deleteStack({ ...options(assembly, whole), stack })).status, 'DELETE_COMPLETE');
    assert.deepEqual(await remaining(whole.clients), [0, 0, 0, 0, 0, 0]);
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({}));
    assert.equal(Snapshots.length, MANAGERS.length);
    assert.deepEqual(whole.region.faults, []);
  });
});

describe("the product's own stack in an account without room", () => {
  const whole = createWholeRegion({ elasticAddresses: 2 });
  after(() => whole.stop());

  test("is rolled back to nothing, with AWS's own reason", { timeout: 60_000 }, async () => {
    const error: unknown = await provision(options(await synthesised(), whole)).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof StackError, String(error));
    assert.match(error.message, /ROLLBACK_COMPLETE:\n(.*\n)*.*\(AWS::EC2::EIP\): AddressLimitExceeded/);
    assert.deepEqual(await remaining(whole.clients), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(whole.region.faults, []);
  });
});
