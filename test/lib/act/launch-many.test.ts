import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchRequest, runInstancesInput } from '../../../lib/act/launch-request.ts';
import { perform } from '../../../lib/act/perform.ts';
import type { LaunchAction } from '../../../lib/plan/action.ts';
import { configHash } from '../../../lib/spec/config-hash.ts';
import { committed } from '../../support/cluster.ts';
import { awsError } from '../../support/fake-aws.ts';
import { actor } from './actor.ts';

const SLOT = 'batch/workers/us-east-1a';
const batch: LaunchAction & { reason: string } = {
  kind: 'launch',
  reason: 'test',
  slot: SLOT,
  group: 'workers',
  generation: 1,
  replay: false,
  version: 1,
  failures: 0,
  order: { kind: 'batch', zone: 'us-east-1a', subnetId: 'subnet-0', count: 3 },
};

function launched(...ids: string[]) {
  return { Instances: ids.map((InstanceId) => ({ InstanceId })) };
}

describe('a launch of many', () => {
  it('takes what capacity there is; a pet is one or none', () => {
    const many = runInstancesInput(launchRequest(committed(), batch));
    assert.deepEqual([many.MinCount, many.MaxCount], [1, 3]);
    const order = { kind: 'pet', logicalId: '10.42.0.10', interfaceId: 'eni-1', volumeId: 'vol-1' } as const;
    const request = launchRequest(committed(), { ...batch, group: 'managers', slot: 'pet/10.42.0.10', order });
    const pet = runInstancesInput(request);
    assert.deepEqual([pet.MinCount, pet.MaxCount], [1, 1]);
    assert.deepEqual(request.placement, { kind: 'interface', interfaceId: 'eni-1', volumeId: 'vol-1' });
  });

  it('records a partial answer as it is, and says what is missing', async () => {
    const it = await actor({ ec2: () => launched('i-1', 'i-2') });
    const outcome = await perform(batch, await it.context());
    assert.match(outcome.ok ? outcome.detail : '', /i-1, i-2; .*1 more/);
    const record = (await it.store.memory()).records.launches.get(SLOT);
    assert.deepEqual([record?.state, record?.count, record?.instanceIds], ['launched', 3, ['i-1', 'i-2']]);
  });

  for (const answer of [[], ['i-1', 'i-2', 'i-3', 'i-4']]) {
    it(`does not take an answer of ${answer.length} for one to a request of 3`, async () => {
      const it = await actor({ ec2: () => launched(...answer) });
      const outcome = await perform(batch, await it.context());
      assert.equal(!outcome.ok && outcome.code, 'IncompleteAnswer');
      assert.equal((await it.store.memory()).records.launches.get(SLOT)?.state, 'intended');
    });
  }

  it('goes on to the next generation when a former version asked otherwise under the token, and does not count it', async () => {
    const it = await actor({
      ec2: () => {
        throw awsError('IdempotentParameterMismatch');
      },
    });
    const outcome = await perform(batch, await it.context());
    assert.equal(!outcome.ok && outcome.retry, 'soon');
    const record = (await it.store.memory()).records.launches.get(SLOT);
    assert.deepEqual([record?.state, record?.failures], ['failed', 0]);
  });

  it('is not even intended while it is more than EC2 takes at a time', async () => {
    const it = await actor({ ec2: () => launched('i-1') });
    const context = await it.context();
    await context.pace.turn(1000);
    const outcome = await perform(batch, { ...context, pace: { ...context.pace, turn: async () => 12_300 } });
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['LaunchPaced', 'soon']);
    assert.match(outcome.ok ? '' : outcome.message, /13 s/);
    assert.deepEqual(it.calls, []);
    assert.equal((await it.store.memory()).records.launches.size, 0);
  });

  it('slows down when EC2 says that it is too fast', async () => {
    const it = await actor({
      ec2: () => {
        throw awsError('RequestLimitExceeded', 503);
      },
    });
    const context = await it.context();
    await perform(batch, context);
    let sent = false;
    void context.pace.turn(1).then(() => {
      sent = true;
    });
    await it.clock.run(() => sent, 10_000);
    assert.ok(it.clock.monotonic() >= 1000, 'the next request waits');
  });
});

describe('a launch of a former version', () => {
  const newest = committed();
  const { workers } = newest.spec.groups;
  assert.ok(workers);
  const spec = { ...workers, instanceType: 'm7g.large', allocation: { kind: 'size', size: 99 } } as const;
  const image = { imageId: 'ami-old', rootDeviceName: '/dev/old' };
  const former = new Map([['workers', { version: 7, spec, image }]]);

  it('is made as that version had the group, and tagged so', async () => {
    const it = await actor({ former, ec2: () => launched('i-1', 'i-2', 'i-3') });
    assert.ok((await perform({ ...batch, version: 7 }, await it.context())).ok);
    const request = (await it.store.memory()).records.launches.get(SLOT)?.request;
    assert.deepEqual([request?.imageId, request?.instanceType], ['ami-old', 'm7g.large']);
    assert.equal(request?.rootVolume?.deviceName, '/dev/old');
    assert.equal(request?.tags['everswarm:config-hash'], configHash(spec, image, 'workers'));
    assert.notEqual(request?.tags['everswarm:config-hash'], configHash(workers, image, 'workers'));
  });

  it('is the newest one where the action says so', async () => {
    const it = await actor({ former, ec2: () => launched('i-1', 'i-2', 'i-3') });
    assert.ok((await perform(batch, await it.context())).ok);
    assert.equal((await it.store.memory()).records.launches.get(SLOT)?.request.imageId, 'ami-1');
  });

  it('is not guessed when that version is not at hand', async () => {
    const it = await actor({ former });
    const outcome = await perform({ ...batch, version: 6 }, await it.context());
    assert.equal(!outcome.ok && outcome.code, 'NoSuchVersion');
    assert.deepEqual(it.calls, []);
  });
});
