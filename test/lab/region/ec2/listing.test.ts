import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import { wildcard } from '../../../../lab/region/ec2/listing.ts';
import { codeOf, given, labRegion } from '../support/lab-region.ts';

async function volumes(count: number) {
  const lab = labRegion();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const Tags = [
      { Key: 'number', Value: `n${index}` },
      { Key: index % 2 === 0 ? 'even' : 'odd', Value: '' },
    ];
    const TagSpecifications = [{ ResourceType: 'volume' as const, Tags }];
    ids.push(
      given((await lab.ec2.createVolume({ AvailabilityZone: 'us-east-1a', Size: 1, TagSpecifications })).VolumeId),
    );
  }
  await lab.region.idle();
  return { lab, ids };
}

describe('Describe', () => {
  it('pages through everything once, also when what was seen goes away', async () => {
    const { lab, ids } = await volumes(13);
    const seen: (string | undefined)[] = [];
    for await (const page of paginateDescribeVolumes({ client: lab.ec2, pageSize: 5 }, {})) {
      seen.push(...(page.Volumes ?? []).map(({ VolumeId }) => VolumeId));
      if (seen.length === 5) {
        await lab.ec2.deleteVolume({ VolumeId: ids[0] });
        await lab.region.idle();
      }
    }
    assert.deepEqual(seen, ids);
    assert.equal(await codeOf(lab.ec2.describeVolumes({ MaxResults: 2 })), 'InvalidParameterValue');
    assert.equal(await codeOf(lab.ec2.describeVolumes({ NextToken: 'x' })), 'InvalidNextToken');
    assert.equal(
      await codeOf(lab.ec2.describeVolumes({ MaxResults: 5, VolumeIds: ids.slice(1) })),
      'InvalidParameterCombination',
    );
  });

  it('filters by tag, tag key, field and wildcard: all filters, any value', async () => {
    const { lab, ids } = await volumes(12);
    const found = async (...filters: [string, ...string[]][]) => {
      const Filters = filters.map(([Name, ...Values]) => ({ Name, Values }));
      return (await lab.ec2.describeVolumes({ Filters })).Volumes?.map(({ VolumeId }) => ids.indexOf(VolumeId ?? ''));
    };
    assert.deepEqual(await found(['tag:number', 'n3', 'n5']), [3, 5]);
    assert.deepEqual(await found(['tag:number', 'n1*'], ['tag-key', 'odd']), [1, 11]);
    assert.deepEqual(await found(['tag:number', 'n?'], ['tag-key', 'even'], ['status', 'available']), [0, 2, 4, 6, 8]);
    assert.deepEqual(await found(['status', 'in-use']), []);
    assert.equal(await codeOf(found(['colour', 'red'])), 'InvalidParameterValue');
  });

  it('knows wildcards, and how to escape them', () => {
    assert.ok(wildcard('a*c?').test('abbcd'));
    assert.ok(!wildcard('a.c').test('abc'));
    assert.ok(wildcard('a\\*').test('a*'));
    assert.ok(!wildcard('a\\*').test('ab'));
  });
});

describe('tags', () => {
  it('are set, overwritten, listed and removed', async () => {
    const { lab, ids } = await volumes(1);
    const Resources = [given(ids[0])];
    await lab.ec2.createTags({
      Resources,
      Tags: [
        { Key: 'number', Value: 'one' },
        { Key: 'new', Value: 'x' },
      ],
    });
    const listed = await lab.ec2.describeTags({ Filters: [{ Name: 'resource-id', Values: Resources }] });
    assert.deepEqual(
      listed.Tags?.map(({ Key, Value, ResourceType }) => [Key, Value, ResourceType]),
      [
        ['number', 'one', 'volume'],
        ['even', '', 'volume'],
        ['new', 'x', 'volume'],
      ],
    );
    await lab.ec2.deleteTags({ Resources, Tags: [{ Key: 'new', Value: 'other' }, { Key: 'even' }] });
    const left = (await lab.ec2.describeVolumes({})).Volumes?.[0]?.Tags;
    assert.deepEqual(
      left?.map(({ Key }) => Key),
      ['number', 'new'],
    );
    assert.equal(
      await codeOf(lab.ec2.createTags({ Resources: ['vol-00000000000000000'], Tags: [] })),
      'InvalidVolume.NotFound',
    );
    assert.equal(
      await codeOf(lab.ec2.createTags({ Resources, Tags: [{ Key: 'aws:x', Value: '' }] })),
      'InvalidParameterValue',
    );
  });
});

describe('images', () => {
  it('are what the public parameters name', async () => {
    const { ec2, ssm } = labRegion();
    const base = '/aws/service';
    const names = [
      `${base}/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64`,
      `${base}/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64`,
      `${base}/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`,
      `${base}/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id`,
      `${base}/debian/release/12/latest/amd64`,
      `${base}/debian/release/12/latest/arm64`,
    ];
    for (const Name of names) {
      const id = given((await ssm.getParameter({ Name })).Parameter?.Value);
      const image = given((await ec2.describeImages({ ImageIds: [id] })).Images?.[0]);
      assert.equal(image.Architecture, /arm64/.test(Name) ? 'arm64' : 'x86_64', Name);
      assert.equal(image.RootDeviceName, '/dev/xvda');
    }
    assert.equal((await ec2.describeImages({ Owners: ['amazon'] })).Images?.length, 4);
  });
});

it('a repeated creation with the same token makes one thing', async () => {
  const { ec2 } = labRegion();
  const request = { AvailabilityZone: 'us-east-1a', Size: 1, ClientToken: 'once' };
  const [one, two] = [await ec2.createVolume(request), await ec2.createVolume(request)];
  assert.equal(one.VolumeId, two.VolumeId);
  assert.equal(await codeOf(ec2.createVolume({ ...request, Size: 2 })), 'IdempotentParameterMismatch');
});
