import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateTagsCommand, CreateVolumeCommand, DeleteTagsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { createSimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import { createRegion } from '../../lab/region/region.ts';
import { createVirtualClock } from '../../lab/sim/clock.ts';
import { seededRandom } from '../../lab/sim/random.ts';
import { type Carry, clientsOver, directCarrier, wireCarrier } from './clients.ts';

/** A volume is made and marked; what is seen of it afterwards, and how a call fails that names none. */
async function mark(carrier: (region: ReturnType<typeof createRegion>) => Carry) {
  const clock = createVirtualClock(Date.UTC(2026, 0, 1));
  const context = {
    clock,
    random: seededRandom(1),
    account: '123456789012',
    region: 'us-east-1',
    zones: ['us-east-1a'],
  };
  const region = createRegion({ context, fleet: createSimulatedFleet({ clock, random: seededRandom(2) }) });
  const { ec2 } = clientsOver(carrier(region));
  const wish = new CreateVolumeCommand({
    AvailabilityZone: 'us-east-1a',
    Size: 20,
    VolumeType: 'gp3',
    Encrypted: true,
    ClientToken: 'loss-1',
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'cluster', Value: 'c' }] }],
  });
  const made = await ec2.send(wish);
  const again = await ec2.send(wish);
  assert.deepEqual([again.VolumeId, made.State], [made.VolumeId, 'creating']);
  await region.idle();
  const Tags = [{ Key: 'mark', Value: 'stale' }];
  await ec2.send(new CreateTagsCommand({ Resources: [made.VolumeId ?? ''], Tags }));
  const Filters = [{ Name: 'tag:mark', Values: ['stale'] }];
  const seen = await ec2.send(new DescribeVolumesCommand({ Filters }));
  const failure = await ec2.send(new CreateTagsCommand({ Resources: ['vol-00000000000000000'], Tags })).then(
    () => 'nothing',
    (error: Error) => error.name,
  );
  await ec2.send(new DeleteTagsCommand({ Resources: [made.VolumeId ?? ''], Tags }));
  const unmarked = await ec2.send(new DescribeVolumesCommand({ Filters }));
  assert.deepEqual(unmarked.Volumes, []);
  return { failure, volumes: seen.Volumes?.map(({ VolumeId, State, Tags: tags }) => ({ VolumeId, State, tags })) };
}

test('making and marking a volume comes to the same by the direct way and through the wire', async () => {
  const direct = await mark(directCarrier);
  assert.deepEqual(direct, await mark(wireCarrier));
  assert.equal(direct.failure, 'InvalidVolume.NotFound');
  assert.equal(direct.volumes?.length, 1);
});
