import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVolumes } from '../../../lib/observe/volumes.ts';
import { fakeEc2 } from '../../support/fake-aws.ts';

const volume = (id: string, tags: Readonly<Record<string, string>>) => ({
  VolumeId: id,
  CreateTime: new Date(1000),
  AvailabilityZone: 'eu-central-1a',
  State: 'available' as const,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

test('a mark is read from the tag; one that is not known keeps the volume from everybody', async () => {
  const ec2 = fakeEc2(() => ({
    Volumes: [
      volume('vol-1', { 'everswarm:logical-id': '10.0.0.10' }),
      volume('vol-2', { 'everswarm:mark': 'retired' }),
      volume('vol-3', { 'everswarm:mark': 'stale' }),
      volume('vol-4', { 'everswarm:mark': 'Retired' }),
      volume('vol-5', { 'everswarm:mark': '' }),
    ],
    $metadata: {},
  }));
  const marks = (await readVolumes(ec2, 'demo')).map(({ id, mark }) => [id, mark]);
  assert.deepEqual(marks, [
    ['vol-1', undefined],
    ['vol-2', 'retired'],
    ['vol-3', 'stale'],
    ['vol-4', 'stale'],
    ['vol-5', 'stale'],
  ]);
});
