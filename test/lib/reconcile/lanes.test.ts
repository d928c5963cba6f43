import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../../lib/plan/action.ts';
import { lanesOf, subjectOf } from '../../../lib/reconcile/lanes.ts';
import { instanceId } from '../../support/cluster.ts';

const kinds = (actions: readonly Action[]) => lanesOf(actions).map((lane) => lane.map(({ kind }) => kind));

describe('lanes', () => {
  it('keep the steps of a recovery in order, whatever each is about', () => {
    const mark = (volumeId: string, logicalId: string): Action => {
      return { kind: 'markVolume', reason: '', volumeId, logicalId, mark: 'stale' };
    };
    const force: Action = {
      kind: 'forceNewCluster',
      reason: '',
      instanceId: 'i-1',
      logicalId: '10.42.0.10',
      clusterId: 'cl1',
    };
    const actions = [mark('vol-2', '10.42.1.10'), mark('vol-3', '10.42.2.10'), force];
    assert.deepEqual(kinds([...actions, { kind: 'closeRecovery', reason: '' }]), [
      ['markVolume', 'markVolume', 'forceNewCluster', 'closeRecovery'],
    ]);
  });

  it('run what is about different things side by side', () => {
    assert.deepEqual(
      kinds([
        { kind: 'markVolume', reason: '', volumeId: 'vol-2', logicalId: '10.42.1.10', mark: 'retired' },
        { kind: 'markVolume', reason: '', volumeId: 'vol-3', logicalId: '10.42.2.10', mark: 'retired' },
      ]),
      [['markVolume'], ['markVolume']],
    );
  });

  it('end a machine only after its engine was stopped', () => {
    assert.deepEqual(
      kinds([
        { kind: 'stopEngine', reason: '', instanceId: 'i-1', nodeId: 'n1' },
        { kind: 'terminate', reason: '', instanceIds: ['i-1'] },
      ]),
      [['stopEngine', 'terminate']],
    );
  });

  it('name a thousand machines in a line', () => {
    const instanceIds = Array.from({ length: 1000 }, (_, index) => instanceId(index));
    assert.match(subjectOf({ kind: 'terminate', reason: '', instanceIds }), /^(i-\w+, ){2}i-\w+ and 997 more$/);
  });
});
