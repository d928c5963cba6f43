import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { perform } from '../../../lib/act/perform.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { actor, finished } from './actor.ts';

describe('what is done to nodes and engines', () => {
  const FENCED = { fence: '1' };
  const cases: [Action, string, string, Record<string, string>][] = [
    [{ kind: 'promoteNode', reason: '', nodeId: 'n1', via: 'i-2' }, 'node-promote', 'i-2', { node: 'n1' }],
    [{ kind: 'activateNode', reason: '', nodeId: 'n1', via: 'i-2' }, 'node-activate', 'i-2', { node: 'n1' }],
    [{ kind: 'leaveSwarm', reason: '', instanceId: 'i-1', logicalId: '10.42.0.10' }, 'swarm-leave', 'i-1', {}],
  ];
  for (const [action, document, machine, parameters] of cases) {
    it(`${action.kind} runs ${document} on ${machine}`, async () => {
      const it = await actor();
      assert.ok((await perform(action, await it.context())).ok);
      assert.deepEqual(
        it.orders.map((order) => [order.document, order.instanceIds, order.parameters]),
        [[document, [machine], { instances: machine, ...FENCED, ...parameters }]],
      );
    });
  }

  it('takes a refusal for want of a quorum for what it is', async () => {
    const it = await actor({ script: () => finished(40, 'everswarm: 40 no quorum; nothing was stopped') });
    const stop: Action = { kind: 'stopEngine', reason: '', instanceId: 'i-1', nodeId: 'n1' };
    const outcome = await perform(stop, await it.context());
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['NoQuorum', 'soon']);
  });
});

describe('a recovery', () => {
  const command = { survivor: '10.42.0.10', clusterId: 'cl1', by: 'someone', requestedAt: 5 };
  const force = (logicalId: string, clusterId: string): Action => {
    return { kind: 'forceNewCluster', reason: '', instanceId: 'i-1', logicalId, clusterId };
  };

  it('is done with the survivor and the Swarm that were commanded', async () => {
    const it = await actor();
    await it.store.requestRecovery(command);
    assert.ok((await perform(force('10.42.0.10', 'cl1'), await it.context())).ok);
    assert.deepEqual(
      it.orders.map((order) => [order.document, order.instanceIds, order.parameters]),
      [['swarm-recover', ['i-1'], { instances: 'i-1', fence: '1', clusterId: 'cl1' }]],
    );
  });

  it('is done with no other, and never without a command', async () => {
    const it = await actor();
    const act = async (action: Action) => {
      const outcome = await perform(action, await it.context());
      return outcome.ok ? 'done' : [outcome.code, outcome.retry];
    };
    assert.deepEqual(await act(force('10.42.0.10', 'cl1')), ['NotCommanded', 'backoff']);
    await it.store.requestRecovery(command);
    assert.deepEqual(await act(force('10.42.1.10', 'cl1')), ['NotCommanded', 'backoff']);
    assert.deepEqual(await act(force('10.42.0.10', 'cl2')), ['NotCommanded', 'backoff']);
    assert.deepEqual(it.orders, []);
  });

  it('is over when it is closed', async () => {
    const it = await actor();
    await it.store.requestRecovery(command);
    assert.ok((await perform({ kind: 'closeRecovery', reason: '' }, await it.context())).ok);
    assert.equal((await it.store.memory()).records.recovery, undefined);
  });
});
