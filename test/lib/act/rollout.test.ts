import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { perform } from '../../../lib/act/perform.ts';
import type { Action } from '../../../lib/plan/action.ts';
import type { RolloutRecord } from '../../../lib/plan/records.ts';
import { configHash } from '../../../lib/spec/config-hash.ts';
import type { CommittedSpec, GroupSpec } from '../../../lib/spec/spec.ts';
import { LeaseLostError } from '../../../lib/store/store.ts';
import { committed } from '../../support/cluster.ts';
import { actor } from './actor.ts';

const RECORD: RolloutRecord = {
  group: 'workers',
  good: { version: 1, hash: 'abc' },
  halt: { hash: 'def', by: 'controller', reason: 'three launches failed', at: 5 },
  resumedAt: undefined,
};

const { version: _, ...FIRST } = whole(committed());

/** As `committed`, with images that a declaration may name. */
function whole(spec: CommittedSpec): CommittedSpec {
  const ami = { source: { kind: 'id', imageId: 'ami-0123456789abcdef0' }, docker: 'preinstalled' } as const;
  return withGroups(spec, { managers: { ami }, workers: { ami } });
}

function withGroups<T extends Pick<CommittedSpec, 'spec'>>(
  committed: T,
  changes: Readonly<Record<string, Partial<GroupSpec>>>,
): T {
  const groups = Object.entries(committed.spec.groups).map(([name, group]) => [name, { ...group, ...changes[name] }]);
  return { ...committed, spec: { ...committed.spec, groups: Object.fromEntries(groups) } };
}

/** A store with two versions: the second has other workers, more of them, another image, and other managers. */
async function twoVersions() {
  const it = await actor();
  const first = await it.store.commit(0, FIRST);
  const second = await it.store.commit(1, {
    ...withGroups(FIRST, {
      workers: { instanceType: 'm7g.large', labels: { a: '1' }, allocation: { kind: 'size', size: 8 } },
      managers: { instanceType: 'm7g.medium' },
    }),
    images: { ...FIRST.images, workers: { imageId: 'ami-2', rootDeviceName: '/dev/xvda' } },
  });
  const act = async (action: Action, lease = it.lease) =>
    perform(action, { ...(await it.context()), committed: second, lease });
  return { ...it, first, second, act };
}

describe('roll-outs', () => {
  for (const kind of ['settleRollout', 'haltRollout'] as const) {
    it(`remembers what ${kind} decides`, async () => {
      const it = await actor();
      assert.ok((await perform({ kind, reason: '', record: RECORD }, await it.context())).ok);
      assert.deepEqual((await it.store.memory()).records.rollouts.get('workers'), RECORD);
    });
  }
});

describe('taking a roll-out back', () => {
  const back: Action = {
    kind: 'rollBack',
    reason: 'three launches failed',
    group: 'workers',
    toVersion: 1,
    record: RECORD,
  };

  it('commits the group’s former configuration anew, and nothing else of that version', async () => {
    const { act, store, first, second } = await twoVersions();
    assert.ok((await act(back)).ok);
    const { committed: newest, records } = await store.memory();
    assert.equal(newest?.version, 3);
    assert.equal(newest.committedBy, 'controller');
    const { workers, managers } = newest.spec.groups;
    assert.ok(workers);
    assert.deepEqual([workers.instanceType, workers.labels], ['t4g.small', {}]);
    assert.deepEqual(newest.images, first.images);
    // What was scaled meanwhile stays, and other groups are none of its business.
    assert.deepEqual(workers.allocation, { kind: 'size', size: 8 });
    assert.deepEqual(managers, second.spec.groups['managers']);
    const [good, image] = [first.spec.groups['workers'], first.images['workers']];
    assert.ok(good !== undefined && image !== undefined);
    assert.equal(configHash(workers, image, 'workers'), configHash(good, image, 'workers'));
    assert.deepEqual(records.rollouts.get('workers'), RECORD);
  });

  it('says why in the event log', async () => {
    const { act, store } = await twoVersions();
    await act(back);
    const [event] = await store.events(1);
    assert.deepEqual([event?.kind, event?.name, event?.subject], ['spec', 'rollBack', 'workers']);
    assert.match(event?.reason ?? '', /version 3 .*version 1.*three launches failed/);
  });

  it('gives way to a person who committed meanwhile', async () => {
    const { act, store, second } = await twoVersions();
    const { version, ...third } = second;
    await store.commit(version, third);
    const outcome = await act(back);
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['SpecConflict', 'soon']);
    const { committed: newest, records } = await store.memory();
    assert.deepEqual([newest?.version, newest?.spec, records.rollouts.size], [3, second.spec, 0]);
  });

  it('commits nothing without the lease', async () => {
    const { act, store, lease } = await twoVersions();
    await assert.rejects(act(back, { ...lease, fence: lease.fence - 1 }), LeaseLostError);
    assert.equal((await store.memory()).committed?.version, 2);
  });

  it('commits nothing that would be refused as a declaration: the table could not be read any more', async () => {
    const it = await actor();
    const { version: _first, ...garbled } = committed();
    await it.store.commit(0, garbled);
    const second = await it.store.commit(1, FIRST);
    const outcome = await perform(back, { ...(await it.context()), committed: second });
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['InvalidSpec', 'backoff']);
    assert.equal((await it.store.memory()).committed?.version, 2);
  });

  it('has nowhere to go back to where that version has no such group, or is none', async () => {
    const { act, store } = await twoVersions();
    for (const action of [
      { ...back, toVersion: 9 },
      { ...back, group: 'batch' },
    ]) {
      const outcome = await act(action);
      assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['NothingToGoBackTo', 'backoff']);
    }
    assert.equal((await store.memory()).committed?.version, 2);
  });
});
