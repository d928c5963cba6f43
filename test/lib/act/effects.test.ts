import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { perform } from '../../../lib/act/perform.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { NOW } from '../../support/cluster.ts';
import { awsError } from '../../support/fake-aws.ts';
import { actor, finished } from './actor.ts';

const attach: Action = {
  kind: 'attachVolume',
  reason: '',
  logicalId: '10.42.0.10',
  instanceId: 'i-1',
  volumeId: 'vol-1',
  deviceName: '/dev/sdf',
};

describe('attaching a volume', () => {
  it('comes back soon while the instance is not running', async () => {
    const it = await actor({
      ec2: () => {
        throw awsError('IncorrectState');
      },
    });
    const outcome = await perform(attach, await it.context());
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['IncorrectState', 'soon']);
  });

  for (const [holder, ok] of [
    ['i-1', true],
    ['i-2', false],
  ] as const) {
    it(`takes a volume in use by ${holder} for ${ok ? 'done' : 'not yet'}`, async () => {
      const it = await actor({
        ec2: (command) => {
          if (command === 'AttachVolumeCommand') throw awsError('VolumeInUse');
          return { Volumes: [{ Attachments: [{ InstanceId: holder, State: 'attached' }] }] };
        },
      });
      assert.equal((await perform(attach, await it.context())).ok, ok);
    });
  }
});

describe('terminating', () => {
  const terminate: Action = { kind: 'terminate', reason: '', instanceIds: ['i-1', 'i-2'] };
  const ours = [{ Key: 'everswarm:cluster', Value: 'demo' }];
  const listed = (...instances: object[]) => ({ Reservations: [{ Instances: instances }] });
  const terminated = (calls: { command: string; input: object }[]) =>
    calls.flatMap(({ command, input }) =>
      command === 'TerminateInstancesCommand' && 'InstanceIds' in input ? [input.InstanceIds] : [],
    );

  it('ends what carries the tag, and leaves out what is gone already', async () => {
    const it = await actor({
      ec2: () =>
        listed(
          { InstanceId: 'i-1', State: { Name: 'running' }, Tags: ours },
          { InstanceId: 'i-2', State: { Name: 'terminated' }, Tags: ours },
        ),
    });
    assert.ok((await perform(terminate, await it.context())).ok);
    assert.deepEqual(terminated(it.calls), [['i-1']]);
  });

  it('touches nothing when one of them lacks the tag', async () => {
    for (const Tags of [undefined, [{ Key: 'everswarm:cluster', Value: 'other' }]]) {
      const it = await actor({
        ec2: () => listed({ InstanceId: 'i-1', Tags: ours }, { InstanceId: 'i-2', ...(Tags && { Tags }) }),
      });
      const outcome = await perform(terminate, await it.context());
      assert.equal(!outcome.ok && outcome.code, 'ForeignInstance');
      assert.deepEqual(terminated(it.calls), []);
    }
  });

  it('ends none that was looked at a freeze ago: what it was planned from is too old', async () => {
    let isCurrent = true;
    const it = await actor({
      isCurrent: () => isCurrent,
      ec2: () => {
        isCurrent = false;
        return listed({ InstanceId: 'i-1', State: { Name: 'running' }, Tags: ours });
      },
    });
    const outcome = await perform(terminate, await it.context());
    assert.deepEqual(outcome.ok ? [] : [outcome.code, outcome.retry], ['Outdated', 'soon']);
    assert.deepEqual(terminated(it.calls), []);
  });

  it('is done when EC2 lists none of them any more', async () => {
    const it = await actor({ ec2: () => listed() });
    assert.ok((await perform(terminate, await it.context())).ok);
    assert.deepEqual(terminated(it.calls), []);
  });
});

describe('the Swarm', () => {
  const join: Action = {
    kind: 'join',
    reason: '',
    role: 'worker',
    instanceIds: ['i-1', 'i-2'],
    managers: ['10.42.0.10', '10.42.1.10'],
    publisher: 'i-9',
  };

  it('joins with addresses and role, under fence and identity', async () => {
    const it = await actor();
    assert.ok((await perform(join, await it.context())).ok);
    assert.deepEqual(it.orders[0]?.parameters, {
      instances: 'i-1,i-2',
      fence: '1',
      role: 'worker',
      managers: '10.42.0.10,10.42.1.10',
    });
  });

  it('has the tokens published when they are missing or stale, and joins in the next pass', async () => {
    const it = await actor({
      script: (order, id) =>
        order.document === 'swarm-join' && id === 'i-2'
          ? finished(20, 'noise\neverswarm: 20 no token in the parameter')
          : finished(0),
    });
    const outcome = await perform(join, await it.context());
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['NoToken', 'soon']);
    assert.match(outcome.ok ? '' : outcome.message, /i-2: no token in the parameter/);
    assert.deepEqual(it.orders[1]?.instanceIds, ['i-9']);
    assert.equal(it.orders[1]?.document, 'publish-tokens');
  });

  it('says what each exit code and silence means', async () => {
    const remove: Action = { kind: 'removeNode', reason: '', nodeId: 'n1', via: 'i-1' };
    const expected = {
      1: ['ScriptFailed', 'backoff'],
      10: ['WrongMachine', 'backoff'],
      11: ['StaleFence', 'backoff'],
      12: ['Busy', 'soon'],
      13: ['BootNotFinished', 'soon'],
      21: ['JoinRefused', 'soon'],
      22: ['OtherSwarm', 'backoff'],
      30: ['RefusedForSafety', 'backoff'],
      40: ['NoQuorum', 'soon'],
    };
    for (const [exitCode, meaning] of Object.entries(expected)) {
      const it = await actor({ script: () => finished(Number(exitCode), `everswarm: ${exitCode} because`) });
      const outcome = await perform(remove, await it.context());
      assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], meaning);
      assert.equal(outcome.ok ? '' : outcome.message, 'i-1: because');
    }
    const silent = await actor({ script: () => ({ kind: 'timeout', reason: 'still running' }) });
    const outcome = await perform(remove, await silent.context());
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['StillRunning', 'soon']);
  });

  it('lets a restart and a stop expire, as they may take a vote', async () => {
    const suspicion = { instanceId: 'i-1', symptom: 'engine-down', since: 5, restartedAt: 7 };
    for (const [document, action] of [
      ['engine-restart', { kind: 'restartEngine', reason: '', instanceId: 'i-1', suspicion }],
      ['engine-stop', { kind: 'stopEngine', reason: '', instanceId: 'i-1', nodeId: 'n1' }],
    ] as const) {
      const it = await actor({ script: () => finished(15, 'everswarm: 15 too late') });
      const outcome = await perform(action, await it.context());
      assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['TooLate', 'soon']);
      const [order] = it.orders;
      assert.deepEqual([order?.document, order?.instanceIds], [document, ['i-1']]);
      const expires = Number(order?.parameters['expires']) * 1000;
      assert.ok(expires > NOW && expires <= NOW + 20_000);
    }
  });

  it('remembers a restart before it restarts', async () => {
    const suspicion = { instanceId: 'i-1', symptom: 'engine-down', since: 5, restartedAt: 7 };
    const it = await actor({ script: () => ({ kind: 'offline', reason: 'gone' }) });
    const context = await it.context();
    assert.ok(!(await perform({ kind: 'restartEngine', reason: '', instanceId: 'i-1', suspicion }, context)).ok);
    assert.deepEqual((await it.context()).records.suspicions.get('i-1'), suspicion);
    assert.ok((await perform({ kind: 'absolve', reason: '', instanceId: 'i-1' }, context)).ok);
    assert.equal((await it.context()).records.suspicions.size, 0);
  });
});

describe('the beginning of a Swarm', () => {
  const claim = (seed: string): Action => ({ kind: 'claimGenesis', reason: '', seed });
  const init = (logicalId: string): Action => ({ kind: 'initSwarm', reason: '', instanceId: 'i-1', logicalId });
  const record = (clusterId: string): Action => ({ kind: 'recordGenesis', reason: '', seed: 'a', clusterId });

  it('happens on the one that was chosen, and not after there is one', async () => {
    const it = await actor();
    const act = async (action: Action) => {
      const outcome = await perform(action, await it.context());
      return outcome.ok ? 'done' : outcome.code;
    };
    assert.equal(await act(init('a')), 'NotTheSeed');
    assert.equal(await act(claim('a')), 'done');
    assert.equal(await act(claim('b')), 'GenesisClaimed');
    assert.equal(await act(init('b')), 'NotTheSeed');
    assert.equal(await act(init('a')), 'done');
    const { genesis } = (await it.context()).records;
    assert.deepEqual([genesis?.seed, genesis?.begunOn], ['a', 'i-1'], 'should its answer get lost');
    assert.equal(await act(record('swarm-1')), 'done');
    assert.equal(await act(record('swarm-2')), 'OtherSwarm');
    assert.equal(await act(init('a')), 'RefusedForSafety');
    assert.equal(it.orders.length, 1);
  });
});

describe('the name of a command', () => {
  it('is its own: a repetition by Systems Manager has it as well, the same decided later has another', async () => {
    const it = await actor();
    const demote = (nodeId: string): Action => ({ kind: 'demoteNode', reason: '', nodeId, via: 'i-1' });
    for (const nodeId of ['n1', 'n2']) await perform(demote(nodeId), await it.context());
    await it.clock.advance(1);
    await perform(demote('n1'), await it.context());
    assert.equal(new Set(it.names).size, 3);
    for (const name of it.names) assert.match(name, /^[0-9a-f]{16}$/);
  });
});
