import assert from 'node:assert/strict';
import { createVirtualClock, type VirtualClock } from '../../../lab/sim/clock.ts';
import type { ActionOutcome } from '../../../lib/act/outcome.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { type Convergence, type ReconcileDependencies, reconcile } from '../../../lib/reconcile/reconcile.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import type { Store } from '../../../lib/store/store.ts';
import { NOW, planInput, type TestCluster, wholeCluster } from '../../support/cluster.ts';

export const DONE: ActionOutcome = { ok: true, detail: 'done' };

/** A whole cluster in virtual time, with what a convergence did to it. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly cluster: TestCluster;
  readonly performed: Action[];
  readonly deps: ReconcileDependencies;
  start(limit?: number): Promise<Convergence>;
  settle(run: Promise<Convergence>): Promise<Convergence>;
}

export async function stage(overrides: Partial<ReconcileDependencies> = {}): Promise<Stage> {
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore({ clock });
  const cluster = wholeCluster();
  const { version: _, ...first } = cluster.committed;
  await store.commit(0, first);
  const seeding = await store.acquire('test');
  assert.ok(seeding.acquired);
  for (const record of cluster.records.launches.values()) await store.putLaunch(seeding.lease, record);
  for (const record of cluster.records.rollouts.values()) await store.putRollout(seeding.lease, record);
  assert.ok(cluster.records.genesis);
  await store.putGenesis(seeding.lease, cluster.records.genesis);
  await store.release(seeding.lease, seeding.wanted);
  const performed: Action[] = [];
  const deps: ReconcileDependencies = {
    store,
    clock,
    cluster: 'demo',
    owner: 'one',
    observe: async () => ({ ...planInput(cluster).observation, probes: undefined }),
    probe: async () => cluster.probes ?? new Map(),
    perform: async (action) => {
      performed.push(action);
      return DONE;
    },
    ...overrides,
  };
  return {
    clock,
    store,
    cluster,
    performed,
    deps,
    start(limit = 300_000) {
      const began = clock.monotonic();
      return reconcile(deps, () => limit - (clock.monotonic() - began));
    },
    async settle(run) {
      let over = false;
      const end = run.finally(() => {
        over = true;
      });
      end.catch(() => undefined);
      await clock.run(() => over, 3_600_000);
      return await end;
    },
  };
}
