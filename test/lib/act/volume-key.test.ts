import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchRequest, runInstancesInput } from '../../../lib/act/launch-request.ts';
import { perform } from '../../../lib/act/perform.ts';
import type { LaunchAction } from '../../../lib/plan/action.ts';
import { committed } from '../../support/cluster.ts';
import { actor } from './actor.ts';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/0123';

function withKey() {
  const plain = committed();
  return { ...plain, deployment: { ...plain.deployment, volumeKeyArn: KEY } };
}

const pet: LaunchAction = {
  kind: 'launch',
  slot: 'pet/10.42.0.10',
  group: 'managers',
  generation: 1,
  replay: false,
  version: 1,
  failures: 0,
  order: { kind: 'pet', logicalId: '10.42.0.10', interfaceId: 'eni-1', volumeId: 'vol-0123456789abcdef0' },
};
const batch: LaunchAction = {
  ...pet,
  slot: 'batch/workers/us-east-1a',
  group: 'workers',
  order: { kind: 'batch', zone: 'us-east-1a', subnetId: 'subnet-0', count: 3 },
};

function rootKeys(from: ReturnType<typeof committed>): unknown[] {
  return [pet, batch].map((action) => {
    const stored: ReturnType<typeof launchRequest> = JSON.parse(JSON.stringify(launchRequest(from, action)));
    return runInstancesInput(stored).BlockDeviceMappings?.[0]?.Ebs?.KmsKeyId;
  });
}

describe('the key that a deployment names', () => {
  it('encrypts every root volume, also when the stored request is sent again', () => {
    assert.deepEqual(rootKeys(withKey()), [KEY, KEY]);
  });

  it('is left to the account where none is named', () => {
    assert.deepEqual(rootKeys(committed()), [undefined, undefined]);
  });

  it('encrypts a state volume that is made anew', async () => {
    const it = await actor({ ec2: () => ({ VolumeId: 'vol-new' }) });
    const context = { ...(await it.context()), committed: withKey() };
    const outcome = await perform(
      {
        kind: 'createVolume',
        reason: '',
        logicalId: '10.42.0.10',
        group: 'managers',
        zone: 'us-east-1a',
        lostVolumeId: undefined,
        token: 'first',
      },
      context,
    );
    assert.equal(outcome.ok, true);
    assert.deepEqual(
      it.calls.map(({ command, input }) => [command, Object(input).KmsKeyId]),
      [['CreateVolumeCommand', KEY]],
    );
  });
});
