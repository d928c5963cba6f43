import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { RemovalPolicy } from 'aws-cdk-lib';
import { TAG } from '../../lib/names.ts';
import type { Deployment } from '../../lib/spec/spec.ts';
import { setStage } from '../lab/permissions/cluster-stage.ts';
import { createDeployedWorld, type DeployedWorld } from '../lab/permissions/deployed-world.ts';
import { rolesOf } from '../lab/permissions/roles.ts';
import { everyFlavor } from '../lab/permissions/samples.ts';
import { templateOf } from '../lib/constructs/synth.ts';

const SPEC = everyFlavor();
const volumeRemovalPolicy = RemovalPolicy.RETAIN;

/** A stack with the cluster in it, until it is whole; or why not. */
async function deploy(world: DeployedWorld, adoptVolumes?: Deployment['adoptedVolumes']) {
  const choice = adoptVolumes === undefined ? {} : { adoptVolumes };
  const template = templateOf({ spec: SPEC, volumeRemovalPolicy, ...choice }).toJSON();
  const stack = await world.provision(template, 'Everswarm-demo');
  const stage = await setStage(world, rolesOf(stack), SPEC.cluster);
  await stage.request('Create', SPEC, adoptVolumes === undefined ? {} : { adoptedVolumes: adoptVolumes });
  if (stage.failure === undefined) await stage.untilWhole('all is as declared', SPEC);
  return { stack, stage };
}

/** What of a Swarm has to outlive its machines. */
function identity({ fleet, region }: DeployedWorld) {
  const swarm = fleet.swarm.state();
  const addresses = new Map(region.ec2.instances().map(({ instanceId, tags }) => [instanceId, tags[TAG.logicalId]]));
  const managers = [...(swarm?.nodes.values() ?? [])].filter(({ role }) => role === 'manager');
  return {
    clusterId: swarm?.clusterId,
    nodes: managers.map(({ id, hostname }) => `${addresses.get(hostname)} ${id}`).sort(),
    services: fleet.swarm.services().map(({ id }) => id),
    secrets: [...(swarm?.secrets.values() ?? [])].map(({ id, name }) => `${name} ${id}`),
  };
}

async function volumesOf({ administrator }: DeployedWorld): Promise<Record<string, string>> {
  const Filters = [{ Name: `tag:${TAG.logicalId}`, Values: ['*'] }];
  const { Volumes = [] } = await administrator.ec2.send(new DescribeVolumesCommand({ Filters }));
  return Object.fromEntries(
    Volumes.map(({ VolumeId = '', Tags }) => [Tags?.find(({ Key }) => Key === TAG.logicalId)?.Value ?? '', VolumeId]),
  );
}

describe('a cluster whose volumes were kept', () => {
  let world: DeployedWorld;
  let was: ReturnType<typeof identity>;
  let volumes: Record<string, string>;

  before(async () => {
    world = await createDeployedWorld();
    const { stack, stage } = await deploy(world);
    assert.equal(stage.failure, undefined);
    const [manager] = stage.running('managers');
    assert.ok(manager !== undefined);
    await stage.during(world.fleet.swarm.createService(manager.instanceId, { name: 'web', replicas: 2 }));
    await stage.during(world.fleet.swarm.createSecret(manager.instanceId, 'key'));
    was = identity(world);
    assert.equal(was.nodes.length, 3);
    await stage.rest();
    assert.deepEqual(await stage.request('Delete', SPEC), { Cluster: 'demo' });
    assert.equal(stage.failure, undefined);
    await world.remove(stack);
    volumes = await volumesOf(world);
    assert.equal(Object.keys(volumes).length, 3);
  });

  it('is not begun anew beside them', async () => {
    const { stack, stage } = await deploy(world);
    assert.match(stage.failure ?? '', /UnusableVolumes: several volumes carry the tag of 10\.42\.0\.10: vol-/);
    assert.deepEqual(
      world.region.ec2.instances().filter(({ state }) => state !== 'terminated'),
      [],
    );
    const fresh = await volumesOf(world);
    await world.remove(stack);
    // What a person does with disks that nobody wants.
    for (const [logicalId, id] of Object.entries(fresh)) {
      if (id !== volumes[logicalId]) world.region.inside.ec2.volumes.delete(id);
    }
  });

  it('comes back with them: the same Swarm, nodes, services and secrets', async () => {
    const { stack, stage } = await deploy(world, volumes);
    assert.equal(stage.failure, undefined);
    assert.deepEqual(identity(world), was);
    await stage.rest();
    assert.deepEqual(await stage.request('Delete', SPEC), {
      Cluster: 'demo',
      KeptVolumes: Object.values(volumes).sort().join(', '),
    });
    await world.remove(stack);
    assert.deepEqual(await volumesOf(world), volumes);
  });
});
