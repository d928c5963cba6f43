import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { launchRequest, runInstancesInput } from '../../../lib/act/launch-request.ts';
import { perform } from '../../../lib/act/perform.ts';
import type { LaunchAction } from '../../../lib/plan/action.ts';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { LeaseLostError } from '../../../lib/store/store.ts';
import { committed, NOW } from '../../support/cluster.ts';
import { awsError } from '../../support/fake-aws.ts';
import { actor } from './actor.ts';

const SLOT = 'pet/10.42.0.10';
const pet: LaunchAction & { reason: string } = {
  kind: 'launch',
  reason: 'test',
  slot: SLOT,
  group: 'managers',
  generation: 1,
  replay: false,
  version: 1,
  failures: 2,
  order: { kind: 'pet', logicalId: '10.42.0.10', interfaceId: 'eni-1', volumeId: 'vol-0123456789abcdef0' },
};
const batch: LaunchAction & { reason: string } = {
  ...pet,
  slot: 'batch/workers/us-east-1a',
  group: 'workers',
  order: { kind: 'batch', zone: 'us-east-1a', subnetId: 'subnet-0', count: 3 },
};

function launched(...ids: string[]) {
  return { Instances: ids.map((InstanceId) => ({ InstanceId })) };
}

/** What a RunInstances error leaves behind. */
async function refusedWith(error: Error) {
  const it = await actor({
    ec2: () => {
      throw error;
    },
  });
  const outcome = await perform(pet, await it.context());
  assert.ok(!outcome.ok);
  const record = (await it.store.memory()).records.launches.get(SLOT);
  assert.ok(record);
  return { outcome, record, ...it };
}

describe('launch request', () => {
  it('gives a pet its interface and nothing that EC2 refuses beside one', () => {
    const input = runInstancesInput(launchRequest(committed(), pet));
    assert.deepEqual(input.NetworkInterfaces, [
      { NetworkInterfaceId: 'eni-1', DeviceIndex: 0, DeleteOnTermination: false },
    ]);
    for (const refused of ['SubnetId', 'SecurityGroupIds', 'PrivateIpAddress']) {
      assert.ok(!(refused in input), refused);
    }
    assert.deepEqual([input.MinCount, input.MaxCount], [1, 1]);
    assert.match(Buffer.from(input.UserData ?? '', 'base64').toString(), /vol-0123456789abcdef0/);
    const tags = new Map(input.TagSpecifications?.[0]?.Tags?.map(({ Key, Value }) => [Key, Value]));
    assert.equal(tags.get('everswarm:cluster'), 'demo');
    assert.equal(tags.get('everswarm:logical-id'), '10.42.0.10');
    assert.equal(tags.get('everswarm:generation'), '1');
    assert.match(tags.get('everswarm:config-hash') ?? '', /^[0-9a-f]{12}$/);
    assert.equal(tags.get('Name'), 'demo-managers-10.42.0.10');
  });

  it("encrypts a pet's root volume, as large as the image's", () => {
    const input = runInstancesInput(launchRequest(committed(), pet));
    const { rootDeviceName } = committed().images['managers'] ?? {};
    assert.deepEqual(input.BlockDeviceMappings, [
      { DeviceName: rootDeviceName, Ebs: { VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } },
    ]);
  });

  it('repeats a request of a former version to the letter, without a mapping', () => {
    const input = runInstancesInput({ ...launchRequest(committed(), pet), rootVolume: undefined });
    assert.ok(!('BlockDeviceMappings' in input));
  });

  it('gives cattle a subnet, a root volume and no logical ID', () => {
    const input = runInstancesInput(launchRequest(committed(), batch));
    assert.equal(input.SubnetId, 'subnet-0');
    assert.ok(!('NetworkInterfaces' in input));
    assert.equal(input.MaxCount, 3);
    assert.deepEqual(input.BlockDeviceMappings?.[0]?.Ebs, {
      VolumeSize: 20,
      VolumeType: 'gp3',
      Encrypted: true,
      DeleteOnTermination: true,
    });
    assert.ok(!input.TagSpecifications?.[0]?.Tags?.some(({ Key }) => Key === 'everswarm:logical-id'));
  });

  it('derives the token from cluster, slot and generation alone', () => {
    const token = (action: LaunchAction) => launchRequest(committed(), action).clientToken;
    assert.match(token(pet), /^[0-9a-f]{64}$/);
    assert.equal(token(pet), token({ ...pet, failures: 9 }));
    const others = [pet, { ...pet, generation: 2 }, { ...pet, slot: 'pet/10.42.1.10' }].map(token);
    assert.equal(new Set(others).size, 3);
  });
});

describe('launch', () => {
  it('records the intent, acts, and records the effect', async () => {
    const states: (string | undefined)[] = [];
    const it = await actor({ ec2: () => launched('i-1') });
    const context = await it.context();
    const { store } = context;
    const watched = {
      ...context,
      store: {
        ...store,
        putLaunch: async (...[lease, record]: Parameters<typeof store.putLaunch>) => {
          states.push(`${record.state} after ${it.calls.length} calls`);
          await store.putLaunch(lease, record);
        },
      },
    };
    assert.deepEqual(await perform(pet, watched), { ok: true, detail: 'i-1' });
    assert.deepEqual(states, ['intended after 0 calls', 'launched after 1 calls']);
    const record = (await store.memory()).records.launches.get(SLOT);
    assert.deepEqual(record?.instanceIds, ['i-1']);
    assert.equal(record?.launchedAt, NOW);
    assert.equal(record?.failures, 2);
  });

  it('sends the same to the letter after a crash between intent and effect, whatever the spec says by now', async () => {
    let answers = 0;
    const it = await actor({
      ec2: () => {
        answers += 1;
        if (answers === 1) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        return launched('i-1');
      },
    });
    const first = await perform(pet, await it.context());
    assert.deepEqual(first.ok ? '' : [first.code, first.retry], ['ECONNRESET', 'soon']);
    const context = await it.context();
    assert.equal(context.records.launches.get(SLOT)?.state, 'intended');
    const changed = structuredClone(context.committed);
    const next = {
      ...context,
      committed: { ...changed, images: { managers: { imageId: 'ami-2', rootDeviceName: 'x' } } },
    };
    assert.ok((await perform({ ...pet, replay: true }, next)).ok);
    assert.deepEqual(it.calls[1]?.input, it.calls[0]?.input);
  });

  it('keeps the generation while the interface is still held, and does not count it', async () => {
    const { outcome, record } = await refusedWith(awsError('InvalidNetworkInterface.InUse'));
    assert.equal(outcome.retry, 'soon');
    assert.deepEqual([record.state, record.failures], ['intended', 2]);
  });

  it('goes on to the next generation when the token is used up, and does not count it', async () => {
    const { outcome, record } = await refusedWith(awsError('IdempotentInstanceTerminated'));
    assert.equal(outcome.retry, 'soon');
    assert.deepEqual([record.state, record.failures], ['failed', 2]);
  });

  for (const [code, status] of [
    ['InsufficientInstanceCapacity', 500],
    ['VcpuLimitExceeded', 400],
    ['UnauthorizedOperation', 403],
    ['InvalidUnicorn', 400],
  ] as const) {
    it(`counts ${code} as a failure`, async () => {
      const { outcome, record } = await refusedWith(awsError(code, status));
      assert.equal(outcome.retry, 'backoff');
      assert.deepEqual([record.state, record.failures], ['failed', 3]);
      assert.match(record.lastError ?? '', new RegExp(code));
    });
  }

  for (const [code, status] of [
    ['RequestLimitExceeded', 503],
    ['InternalError', 500],
  ] as const) {
    it(`leaves the intent open on ${code}`, async () => {
      const { record } = await refusedWith(awsError(code, status));
      assert.deepEqual([record.state, record.failures], ['intended', 2]);
    });
  }

  it('keeps in mind what was launched in the same zone a moment ago, until EC2 lists it for sure', async () => {
    const ids = ['i-1', 'i-2', 'i-3', 'i-4'];
    const it = await actor({ ec2: () => launched(...ids.splice(0, 1)) });
    const earlier = async (generation: number) => {
      await perform({ ...batch, generation }, await it.context());
      return (await it.store.memory()).records.launches.get(batch.slot)?.earlier;
    };
    assert.deepEqual(await earlier(1), []);
    assert.deepEqual(await earlier(2), [{ instanceIds: ['i-1'], launchedAt: NOW }]);
    assert.deepEqual(
      (await earlier(3))?.map(({ instanceIds }) => instanceIds),
      [['i-1'], ['i-2']],
    );
    await it.clock.advance(LIMITS.unlisted);
    assert.deepEqual(await earlier(4), []);
  });

  it('is noted and not sent by a function that was frozen meanwhile: the next pass decides', async () => {
    const it = await actor({ isCurrent: () => false, ec2: () => launched('i-1') });
    const outcome = await perform(pet, await it.context());
    assert.equal(!outcome.ok && outcome.code, 'Outdated');
    assert.deepEqual(it.calls, []);
    assert.equal((await it.store.memory()).records.launches.get(SLOT)?.state, 'intended');
  });

  it('launches nothing when the lease is lost, and says so by throwing', async () => {
    const it = await actor({ ec2: () => launched('i-1') });
    const context = await it.context();
    const late = { ...context, lease: { owner: 'me', fence: it.lease.fence - 1 } };
    await assert.rejects(perform(pet, late), LeaseLostError);
    assert.deepEqual(it.calls, []);
  });

  it('refuses a generation that is on record, and a replay of one that is not', async () => {
    const it = await actor({ ec2: () => launched('i-1') });
    await perform(pet, await it.context());
    const again = await perform(pet, await it.context());
    assert.equal(!again.ok && again.code, 'StaleGeneration');
    const other = await perform({ ...pet, generation: 5, replay: true }, await it.context());
    assert.equal(!other.ok && other.code, 'NoRecord');
    assert.equal(it.calls.length, 1);
  });

  it('names the group when the boot script is too long for EC2', async () => {
    const it = await actor();
    const context = await it.context();
    const { managers } = context.committed.spec.groups;
    assert.ok(managers);
    const groups = { ...context.committed.spec.groups, managers: { ...managers, initCommands: ['x'.repeat(17_000)] } };
    const long = { ...context, committed: { ...context.committed, spec: { ...context.committed.spec, groups } } };
    const outcome = await perform(pet, long);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'InvalidBootScript');
    assert.match(outcome.message, /group "managers".*16384/);
    assert.equal((await it.store.memory()).records.launches.size, 0);
  });

  describe('that is not wanted any more', () => {
    const abandon = { kind: 'abandonLaunch', slot: SLOT, generation: 1, reason: '' } as const;

    it('is closed without being sent, and is no failure of its slot', async () => {
      const { store, calls, context } = await refusedWith(awsError('RequestLimitExceeded', 503));
      const sent = calls.length;
      assert.ok((await perform(abandon, await context())).ok);
      const record = (await store.memory()).records.launches.get(SLOT);
      assert.deepEqual([record?.state, record?.generation, record?.failures], ['failed', 1, pet.failures]);
      assert.equal(calls.length, sent);
    });

    it('stays on record once it is known what it made', async () => {
      const it = await actor({ ec2: () => launched('i-1') });
      await perform(pet, await it.context());
      const outcome = await perform(abandon, await it.context());
      assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['NotIntended', 'soon']);
      assert.equal((await it.store.memory()).records.launches.get(SLOT)?.state, 'launched');
    });

    it('is not mistaken for a later one', async () => {
      const it = await refusedWith(awsError('RequestLimitExceeded', 503));
      const outcome = await perform({ ...abandon, generation: 2 }, await it.context());
      assert.equal(outcome.ok ? '' : outcome.code, 'NoRecord');
    });
  });

  it('confirms a launch', async () => {
    const it = await actor({ ec2: () => launched('i-1') });
    await perform(pet, await it.context());
    assert.ok((await perform({ kind: 'confirmLaunch', slot: SLOT, generation: 1, reason: '' }, await it.context())).ok);
    assert.equal((await it.store.memory()).records.launches.get(SLOT)?.confirmedAt, NOW);
  });
});
