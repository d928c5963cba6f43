import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Volume } from '@aws-sdk/client-ec2';
import { TAG } from '../../../lib/names.ts';
import { becomeWhole, createWorld, properties, request, type World } from './world.ts';

const MANAGERS = ['10.42.0.10', '10.42.1.10', '10.42.2.10'] as const;
const ADOPTED = Object.fromEntries(MANAGERS.map((logicalId, index) => [logicalId, `vol-${index}`]));

function volume(VolumeId: string, index: number, tags: Readonly<Record<string, string>> = {}): Volume {
  const all = { [TAG.cluster]: 'demo', [TAG.logicalId]: MANAGERS[index] ?? '', ...tags };
  return {
    VolumeId,
    State: 'available',
    AvailabilityZone: `us-east-1${'abc'[index]}`,
    Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** With the kept volumes of three managers. */
function keptWorld(): World {
  const world = createWorld();
  world.volumes.push(...MANAGERS.map((_, index) => volume(`vol-${index}`, index)));
  return world;
}

const adopting = (adoptedVolumes: Readonly<Record<string, string>> | undefined) => {
  const { Deployment: deployment, ...others } = properties();
  return { ...others, Deployment: { ...Object(deployment), ...(adoptedVolumes && { adoptedVolumes }) } };
};

async function refused(world: World, adopted: Readonly<Record<string, string>> | undefined): Promise<string> {
  const outcome = await world.serve(request('Create', adopting(adopted)));
  assert.ok(outcome.status === 'FAILED');
  assert.equal(outcome.code, 'UnusableVolumes');
  assert.equal((await world.store.memory()).committed, undefined);
  return outcome.reason;
}

/** Created with these, and whole. */
async function created(world: World, adopted: Readonly<Record<string, string>> | undefined): Promise<void> {
  const whole = becomeWhole(world, 1, 1_000);
  assert.equal((await world.serve(request('Create', adopting(adopted)))).status, 'SUCCESS');
  await whole;
}

describe('kept volumes are adopted', () => {
  it('as they are given, and a request that comes again finds them in use', async () => {
    const world = keptWorld();
    await created(world, ADOPTED);
    assert.deepEqual((await world.store.memory()).committed?.deployment.adoptedVolumes, ADOPTED);
    for (const one of world.volumes) one.State = 'in-use';
    assert.equal((await world.serve(request('Create', adopting(ADOPTED)))).status, 'SUCCESS');
    assert.equal((await world.serve(request('Update', adopting(ADOPTED), adopting(ADOPTED)))).status, 'SUCCESS');
  });

  it('those of all managers, or of none', async () => {
    const { [MANAGERS[1]]: _, ...two } = ADOPTED;
    assert.match(await refused(keptWorld(), two), /the managers 10\.42\.1\.10 are not among them.*older disk/s);
  });

  const changes: Readonly<Record<string, readonly [(one: Volume) => void, RegExp]>> = {
    'not without their tags': [(one) => one.Tags?.pop(), /vol-1 .*aws ec2 create-tags --resources vol-1 --tags Key=/],
    'not under another name': [(one) => one.Tags?.splice(1, 1, { Key: TAG.logicalId, Value: '10.9.9.9' }), /vol-1 /],
    'not while they are in use': [(one) => Object.assign(one, { State: 'in-use' }), /vol-1 is in-use/],
    'not in another zone': [
      (one) => Object.assign(one, { AvailabilityZone: 'us-east-1f' }),
      /vol-1 is in us-east-1f, and 10\.42\.1\.10 in us-east-1b/,
    ],
    'not with state from before a recovery': [
      (one) => one.Tags?.push({ Key: TAG.mark, Value: 'stale' }),
      /vol-1 is marked as stale/,
    ],
  };
  for (const [what, [change, says]] of Object.entries(changes)) {
    it(what, async () => {
      const world = keptWorld();
      const [, second] = world.volumes;
      assert.ok(second !== undefined);
      change(second);
      assert.match(await refused(world, ADOPTED), says);
    });
  }

  it('not beside another one of the same logical ID', async () => {
    const world = keptWorld();
    world.volumes.push(volume('vol-9', 2));
    assert.match(await refused(world, ADOPTED), /several volumes carry the tag of 10\.42\.2\.10: vol-2, vol-9/);
    world.volumes.splice(3, 1, volume('vol-9', 2, { [TAG.mark]: 'retired' }));
    await created(world, ADOPTED);
  });

  it('not of what is not declared, or one twice', async () => {
    assert.match(await refused(keptWorld(), { ...ADOPTED, '10.42.0.99': 'vol-7' }), /10\.42\.0\.99 is not declared/);
    assert.match(await refused(keptWorld(), { ...ADOPTED, '10.42.1.10': 'vol-0' }), /a volume is named twice/);
  });

  it('for the life of the stack: none is exchanged later, given up, or brought in', async () => {
    for (const [first, then] of [
      [ADOPTED, undefined],
      [undefined, ADOPTED],
      [ADOPTED, { ...ADOPTED, '10.42.1.10': 'vol-5' }],
    ]) {
      const world = keptWorld();
      await created(world, first);
      const outcome = await world.serve(request('Update', adopting(then), adopting(first)));
      assert.ok(outcome.status === 'FAILED');
      assert.match(outcome.reason, /^UnusableVolumes: .*10\.42\.1\.10: (vol-1|the stack's own)/);
      // CloudFormation then brings the former declaration back.
      assert.equal((await world.serve(request('Update', adopting(first), adopting(then)))).status, 'SUCCESS');
      assert.equal((await world.store.memory()).committed?.version, 1);
    }
  });
});

describe('a removal names the volumes that no stack deletes', () => {
  it('adopted ones, and those that the controller made', async () => {
    const world = keptWorld();
    await created(world, ADOPTED);
    world.volumes.splice(2, 1, volume('vol-new', 2, { [TAG.madeBy]: 'controller' }));
    world.volumes.push({ ...volume('vol-other', 0), Tags: [{ Key: TAG.cluster, Value: 'other' }] });
    const outcome = await world.serve(request('Delete'));
    assert.deepEqual(outcome, { status: 'SUCCESS', data: { Cluster: 'demo', KeptVolumes: 'vol-0, vol-1, vol-new' } });
    const [event] = (await world.store.events(10)).filter(({ name }) => name === 'keep-volumes');
    assert.match(event?.reason ?? '', /vol-0, vol-1, vol-new/);
  });

  it('none where the stack made all of them', async () => {
    const world = keptWorld();
    await created(world, undefined);
    assert.deepEqual(await world.serve(request('Delete')), { status: 'SUCCESS', data: { Cluster: 'demo' } });
  });
});
