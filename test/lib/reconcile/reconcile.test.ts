import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReconcileDependencies, reconcile } from '../../../lib/reconcile/reconcile.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import { instanceId, MINUTE, NOW, nodesOf, planInput, probeAll, terminate } from '../../support/cluster.ts';
import { DONE, stage } from './stage.ts';

describe('a convergence', () => {
  it('finds a whole cluster whole in one pass, does nothing, and gives the lease back', async () => {
    const { start, settle, store, performed } = await stage();
    const result = await settle(start());
    assert.deepEqual({ ...result, fence: 0 }, { outcome: 'whole', fence: 0, passes: 1, actions: 0 });
    assert.deepEqual(performed, []);
    assert.equal((await store.status())?.whole, true);
    assert.equal((await store.acquire('two')).acquired, true);
    const events = await store.events(10);
    assert.deepEqual(
      events.map((event) => event.kind),
      ['whole'],
    );
  });

  it('re-creates a manager before anybody is asked anything', async () => {
    const order: string[] = [];
    const { start, settle, cluster } = await stage({
      probe: async () => {
        order.push('probe');
        return new Map();
      },
      perform: async (action) => {
        order.push(action.kind);
        return DONE;
      },
    });
    terminate(cluster, instanceId(1));
    await settle(start(25_000));
    assert.equal(order[0], 'launch');
  });

  it('leaves a wake-up with the holder of the lease', async () => {
    const { start, settle, store } = await stage();
    const held = await store.acquire('other');
    assert.ok(held.acquired);
    const result = await settle(start());
    assert.equal(result.outcome, 'busy');
    assert.equal(await store.release(held.lease, held.wanted), 'wanted-again');
  });

  it('goes on when it was woken again meanwhile', async () => {
    let observed = 0;
    const { settle, store, cluster, deps } = await stage();
    const observing: ReconcileDependencies = {
      ...deps,
      observe: async () => {
        observed += 1;
        if (observed === 1) await store.wake();
        return { ...planInput(cluster).observation, probes: undefined };
      },
    };
    const result = await settle(reconcile(observing, () => 300_000));
    assert.deepEqual([result.outcome, observed], ['whole', 2]);
  });

  it('starts no effect when another has taken over while it was frozen', async () => {
    const { start, settle, store, cluster, clock, performed } = await stage({
      observe: async () => {
        await clock.advance(60_000);
        await store.acquire('thief');
        return { ...planInput(cluster).observation, probes: undefined };
      },
    });
    terminate(cluster, instanceId(1));
    const result = await settle(start());
    assert.equal(result.outcome, 'lost');
    assert.deepEqual(performed, []);
  });

  it('keeps the lease while an action takes longer than it lasts', async () => {
    const { settle, cluster, clock, deps, store } = await stage();
    terminate(cluster, instanceId(1));
    let rival: boolean | undefined;
    const slow: ReconcileDependencies = {
      ...deps,
      perform: async () => {
        await clock.sleep(90_000);
        rival ??= (await store.acquire('rival')).acquired;
        return { ok: false, code: 'Slow', message: 'slow', retry: 'backoff' };
      },
    };
    const began = clock.monotonic();
    await settle(reconcile(slow, () => 300_000 - (clock.monotonic() - began)));
    assert.equal(rival, false);
  });

  /** A worker looks broken, by answers that take so long to come. */
  async function brokenWorker(answersTake: number): Promise<string[]> {
    const { settle, cluster, clock, deps, performed, store } = await stage();
    const broken = instanceId(101);
    const nodes = nodesOf(cluster).map((node) =>
      node.hostname === broken ? { ...node, state: 'down' as const } : node,
    );
    probeAll(cluster, nodes);
    cluster.probes?.set(broken, { kind: 'silent', why: 'offline', reason: 'no answer' });
    const seeding = await store.acquire('test');
    assert.ok(seeding.acquired);
    await store.putSuspicion(seeding.lease, {
      instanceId: broken,
      symptom: 'node-down',
      since: NOW - 10 * MINUTE,
      restartedAt: undefined,
    });
    await store.release(seeding.lease, seeding.wanted);
    const slow: ReconcileDependencies = {
      ...deps,
      probe: async () => {
        await clock.sleep(answersTake);
        return cluster.probes ?? new Map();
      },
    };
    const began = clock.monotonic();
    await settle(reconcile(slow, () => 60_000 - (clock.monotonic() - began)));
    return performed.map(({ kind }) => kind);
  }

  it('ends a machine on answers that are fresh', async () => {
    assert.ok((await brokenWorker(12_000)).includes('terminate'));
  });

  it('ends none on answers that are older than 20 s: it asks again', async () => {
    assert.ok(!(await brokenWorker(21_000)).includes('terminate'));
  });

  it('tells an action that was frozen for too long', async () => {
    const { settle, cluster, clock, deps } = await stage();
    terminate(cluster, instanceId(1));
    const told: boolean[] = [];
    const frozen: ReconcileDependencies = {
      ...deps,
      perform: async (_action, { isCurrent }) => {
        told.push(isCurrent());
        await clock.sleep(50_000);
        told.push(isCurrent());
        return { ok: false, code: 'Frozen', message: 'frozen', retry: 'backoff' };
      },
    };
    const began = clock.monotonic();
    await settle(reconcile(frozen, () => 60_000 - (clock.monotonic() - began)));
    assert.deepEqual(told.slice(0, 2), [true, false]);
  });

  it('acts no more in its last seconds, and hands over', async () => {
    const { start, settle, cluster, performed, store } = await stage();
    terminate(cluster, instanceId(1));
    const result = await settle(start(9_000));
    assert.equal(result.outcome, 'out-of-time');
    assert.deepEqual(performed, []);
    assert.equal((await store.acquire('two')).acquired, true);
  });

  it('concludes nothing when EC2 can not be read, says so, and fails after five tries', async () => {
    const { start, settle, performed, store } = await stage({
      observe: async () => {
        throw Object.assign(new Error('slow down'), { name: 'RequestLimitExceeded' });
      },
    });
    await assert.rejects(settle(start()), { name: 'RequestLimitExceeded' });
    assert.deepEqual(performed, []);
    const events = await store.events(10);
    assert.deepEqual(
      events.map((event) => event.name),
      Array(5).fill('RequestLimitExceeded'),
    );
    assert.equal((await store.acquire('two')).acquired, true);
  });

  it('tells of each pass, and marks every line it writes with the id of what woke it', async () => {
    const failures: unknown[] = [];
    const passes: [number, boolean, number | undefined][] = [];
    let looks = 0;
    const { settle, cluster, store, deps, clock } = await stage();
    const began = clock.now();
    const telling: ReconcileDependencies = {
      ...deps,
      correlationId: 'event-1',
      observe: async () => {
        looks += 1;
        if (looks === 1) throw Object.assign(new Error('slow down'), { name: 'RequestLimitExceeded' });
        if (looks === 2) terminate(cluster, instanceId(101));
        return { ...planInput(cluster).observation, probes: undefined };
      },
      onPass: ({ pass, status }) => passes.push([pass, status.whole, status.notWholeSince]),
      onFailedPass: ({ pass, error }) => failures.push([pass, error instanceof Error && error.name]),
    };
    await settle(reconcile(telling, () => 25_000 - (clock.now() - began)));
    assert.deepEqual(failures, [[1, 'RequestLimitExceeded']]);
    const [first] = passes;
    assert.equal(first?.[0], 2);
    // All passes found it so: the moment is that of the first of them.
    assert.deepEqual(
      new Set(passes.map(([, whole, since]) => [whole, since].join())),
      new Set([`false,${first?.[2]}`]),
    );
    assert.equal((await store.status())?.notWholeSince, first?.[2]);
    const events = await store.events(100);
    assert.ok(events.some(({ kind }) => kind === 'action') && events.some(({ kind }) => kind === 'error'));
    assert.deepEqual(new Set(events.map(({ correlationId }) => correlationId)), new Set(['event-1']));
  });

  it('ends a lane at its first failure and writes down both', async () => {
    const { start, settle, cluster, store, performed } = await stage({
      perform: async (action) => {
        performed.push(action);
        if (action.kind !== 'suspect') return { ok: false, code: 'Refused', message: 'no', retry: 'backoff' };
        const acquired = await store.acquire('one');
        assert.ok(acquired.acquired);
        await store.putSuspicion(acquired.lease, action.suspicion);
        return DONE;
      },
    });
    const { version: _, ...next } = {
      ...cluster.committed,
      spec: { ...cluster.committed.spec, groups: { ...cluster.committed.spec.groups } },
    };
    const workers = next.spec.groups['workers'];
    assert.ok(workers);
    await store.commit(1, {
      ...next,
      spec: {
        ...next.spec,
        groups: { ...next.spec.groups, workers: { ...workers, allocation: { kind: 'size', size: 1 } } },
      },
    });
    await settle(start(25_000));
    assert.ok(performed.length > 0);
    assert.ok(performed.every(({ kind }) => kind === 'suspect' || kind === 'drainNode'));
    const failed = (await store.events(100)).filter((event) => event.kind === 'action-failed');
    assert.match(failed[0]?.reason ?? '', /more machines than declared: Refused: no/);
  });

  it('does nothing before a spec was committed', async () => {
    const { deps, clock, settle } = await stage();
    const empty = createMemoryStore({ clock });
    const result = await settle(reconcile({ ...deps, store: empty }, () => 300_000));
    assert.equal(result.outcome, 'undeclared');
  });
});
