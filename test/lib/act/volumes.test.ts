import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { perform } from '../../../lib/act/perform.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { awsError } from '../../support/fake-aws.ts';
import { actor } from './actor.ts';

const create: Action & { kind: 'createVolume' } = {
  kind: 'createVolume',
  reason: '',
  logicalId: '10.42.0.10',
  group: 'managers',
  zone: 'us-east-1a',
  lostVolumeId: 'vol-old',
  token: 'vol-old',
};

/** What creating ends with when EC2 describes the former volume so. */
async function createAfter(described: Error | object, action: Action = create) {
  const it = await actor({
    ec2: (command) => {
      if (command === 'CreateVolumeCommand') return { VolumeId: 'vol-new' };
      if (described instanceof Error) throw described;
      return { Volumes: [described] };
    },
  });
  const outcome = await perform(action, await it.context()).catch((error: unknown) => error);
  return {
    outcome,
    inputs: it.calls.filter(({ command }) => command === 'CreateVolumeCommand').map(({ input }) => input),
  };
}

describe('a volume for one that is lost', () => {
  it('is as declared, encrypted, and has the tags by which it is found', async () => {
    const { outcome, inputs } = await createAfter(awsError('InvalidVolume.NotFound'));
    assert.deepEqual(outcome, { ok: true, detail: 'vol-new for 10.42.0.10 in us-east-1a' });
    const [{ ClientToken, ...input }] = inputs.map((each) => ({ ClientToken: undefined, ...each })) as [
      { ClientToken: unknown },
    ];
    assert.match(String(ClientToken), /^[0-9a-f]{64}$/);
    assert.deepEqual(input, {
      AvailabilityZone: 'us-east-1a',
      Size: 20,
      VolumeType: 'gp3',
      Encrypted: true,
      TagSpecifications: [
        {
          ResourceType: 'volume',
          Tags: [
            { Key: 'everswarm:cluster', Value: 'demo' },
            { Key: 'everswarm:group', Value: 'managers' },
            { Key: 'everswarm:logical-id', Value: '10.42.0.10' },
            { Key: 'everswarm:made-by', Value: 'controller' },
            { Key: 'Name', Value: 'managers-10.42.0.10' },
          ],
        },
      ],
    });
  });

  it('has one client token for one loss, and another for the next', async () => {
    const token = async (action: Action) => {
      const { inputs } = await createAfter(awsError('InvalidVolume.NotFound'), action);
      return inputs.map((input) => 'ClientToken' in input && input.ClientToken);
    };
    assert.deepEqual(await token(create), await token({ ...create, reason: 'other words' }));
    assert.notDeepEqual(await token(create), await token({ ...create, token: 'vol-other' }));
    assert.notDeepEqual(await token(create), await token({ ...create, logicalId: '10.42.1.10' }));
  });

  for (const [State, lost] of [
    ['deleted', true],
    ['deleting', true],
    ['error', true],
    ['available', false],
    ['in-use', false],
    ['creating', false],
    [undefined, false],
  ] as const) {
    it(`is ${lost ? '' : 'not '}made while the former one is ${State ?? 'in no state'}`, async () => {
      const { outcome, inputs } = await createAfter({ VolumeId: 'vol-old', ...(State && { State }) });
      assert.equal(inputs.length, lost ? 1 : 0);
      if (!lost) assert.equal(Object(outcome).code, 'VolumeNotLost');
    });
  }

  for (const code of ['RequestLimitExceeded', 'UnauthorizedOperation', 'InvalidVolumeID.Malformed', 'InternalError']) {
    it(`is not made when EC2 answers ${code}`, async () => {
      const { outcome, inputs } = await createAfter(awsError(code));
      assert.equal(Object(outcome).code, code);
      assert.deepEqual(inputs, []);
    });
  }

  it('is not made when EC2 answers with nothing', async () => {
    const it = await actor({ ec2: () => ({ Volumes: [] }) });
    const context = await it.context();
    await assert.rejects(perform(create, context), { code: 'IncompleteAnswer' });
    assert.deepEqual(
      it.calls.map(({ command }) => command),
      ['DescribeVolumesCommand'],
    );
  });

  it('is made without a question where the former one is known and marked', async () => {
    const { outcome, inputs } = await createAfter(new Error('not to be asked'), { ...create, lostVolumeId: undefined });
    assert.equal(Object(outcome).ok, true);
    assert.equal(inputs.length, 1);
  });

  it('is only for what is declared', async () => {
    for (const action of [
      { ...create, logicalId: '10.42.0.99' },
      { ...create, group: 'workers' },
      { ...create, group: 'none' },
    ]) {
      const { outcome, inputs } = await createAfter(awsError('InvalidVolume.NotFound'), action);
      assert.equal(Object(outcome).code, 'NotDeclared');
      assert.deepEqual(inputs, []);
    }
  });
});

describe('marking a volume', () => {
  const TAGS = { 'everswarm:cluster': 'demo', 'everswarm:logical-id': '10.42.0.10' };
  const marking = (mark: 'retired' | 'stale'): Action => {
    return { kind: 'markVolume', reason: '', volumeId: 'vol-1', logicalId: '10.42.0.10', mark };
  };
  const unmarking: Action = { kind: 'unmarkVolume', reason: '', volumeId: 'vol-1', logicalId: '10.42.0.10' };
  const mark = (as: 'retired' | 'stale', tags: Record<string, string> | Error) =>
    touch(marking(as), 'CreateTagsCommand', tags);
  /** What an action writes on a volume with these tags. */
  async function touch(action: Action, writes: string, tags: Record<string, string> | Error) {
    const it = await actor({
      ec2: (command) => {
        if (command === writes) return {};
        if (tags instanceof Error) throw tags;
        return { Volumes: [{ VolumeId: 'vol-1', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }] };
      },
    });
    const outcome = await perform(action, await it.context());
    const inputs = it.calls.filter(({ command }) => command === writes).map(({ input }) => input);
    return { outcome, inputs };
  }

  it('writes the one tag', async () => {
    const { inputs } = await mark('retired', TAGS);
    assert.deepEqual(inputs, [{ Resources: ['vol-1'], Tags: [{ Key: 'everswarm:mark', Value: 'retired' }] }]);
  });

  it('never touches what is not the cluster’s and the logical ID’s own', async () => {
    for (const tags of [
      {},
      { ...TAGS, 'everswarm:cluster': 'other' },
      { ...TAGS, 'everswarm:logical-id': '10.42.1.10' },
    ]) {
      const { outcome, inputs } = await mark('stale', tags);
      assert.equal(!outcome.ok && outcome.code, 'ForeignVolume');
      assert.deepEqual(inputs, []);
    }
  });

  it('takes no mark back that says more, and is done where it is done', async () => {
    for (const [as, present, writes] of [
      ['stale', 'retired', 1],
      ['retired', 'stale', 0],
      ['retired', 'something else', 0],
      ['stale', 'stale', 0],
      ['retired', 'retired', 0],
    ] as const) {
      const { outcome, inputs } = await mark(as, { ...TAGS, 'everswarm:mark': present });
      assert.ok(outcome.ok);
      assert.equal(inputs.length, writes, `${as} on ${present}`);
    }
    assert.ok((await mark('stale', awsError('InvalidVolume.NotFound'))).outcome.ok);
  });

  it('is taken back of what came back, and of nothing else', async () => {
    const taken = await touch(unmarking, 'DeleteTagsCommand', { ...TAGS, 'everswarm:mark': 'retired' });
    assert.deepEqual(taken.inputs, [{ Resources: ['vol-1'], Tags: [{ Key: 'everswarm:mark', Value: 'retired' }] }]);
    for (const tags of [TAGS, { ...TAGS, 'everswarm:mark': 'stale' }, { ...TAGS, 'everswarm:mark': 'other' }]) {
      const { outcome, inputs } = await touch(unmarking, 'DeleteTagsCommand', tags);
      assert.ok(outcome.ok);
      assert.deepEqual(inputs, []);
    }
    const foreign = { ...TAGS, 'everswarm:cluster': 'other', 'everswarm:mark': 'retired' };
    const { outcome, inputs } = await touch(unmarking, 'DeleteTagsCommand', foreign);
    assert.equal(!outcome.ok && outcome.code, 'ForeignVolume');
    assert.deepEqual(inputs, []);
    assert.ok((await touch(unmarking, 'DeleteTagsCommand', awsError('InvalidVolume.NotFound'))).outcome.ok);
  });
});
