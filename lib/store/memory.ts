import type { Clock } from '../clock.ts';
import type {
  ControllerMode,
  Genesis,
  LaunchRecord,
  MachineOrder,
  Pause,
  Recovery,
  RolloutRecord,
  Rotation,
  Suspicion,
} from '../plan/records.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { EVENT_LIFETIME } from './keys.ts';
import { LEASE_LENGTH, LEASE_SKEW, whyNotReleased } from './lease.ts';
import { storableStatus } from './status-size.ts';
import {
  type ClusterStatus,
  type EventRecord,
  type Lease,
  LeaseLostError,
  SpecConflictError,
  type Store,
} from './store.ts';

/** The same memory without a table, for unit tests and the simulation. Every operation is atomic, as an item's is. */
export function createMemoryStore(options: { readonly clock: Clock; readonly cluster?: string }): Store {
  const { clock, cluster = 'memory' } = options;
  const lease: { owner: string | undefined; fence: number; leaseUntil: number; wanted: number; done: number } = {
    owner: undefined,
    fence: 0,
    leaseUntil: 0,
    wanted: 0,
    done: 0,
  };
  const launches = new Map<string, LaunchRecord>();
  const suspicions = new Map<string, Suspicion>();
  const rollouts = new Map<string, RolloutRecord>();
  const orders = new Map<string, MachineOrder>();
  /** Groups with a decision of a person that no `memory()` has told of yet. */
  const decided = new Set<string>();
  const versions: CommittedSpec[] = [];
  const events: EventRecord[] = [];
  let genesis: Genesis | undefined;
  let recovery: Recovery | undefined;
  let rotation: Rotation | undefined;
  let pause: Pause | undefined;
  let mode: ControllerMode = 'active';
  let status: ClusterStatus | undefined;

  const isMine = (claimed: Lease) => lease.owner === claimed.owner && lease.fence === claimed.fence;
  const check = (claimed: Lease, what: string) => {
    if (!isMine(claimed)) throw new LeaseLostError(claimed, what);
  };

  return {
    async wake() {
      lease.wanted += 1;
    },
    async acquire(owner) {
      const now = clock.now();
      if (lease.owner === undefined || lease.leaseUntil < now - LEASE_SKEW) {
        lease.owner = owner;
        lease.fence += 1;
        lease.leaseUntil = now + LEASE_LENGTH;
      } else if (lease.owner !== owner) {
        return { acquired: false, owner: lease.owner, until: lease.leaseUntil };
      }
      return { acquired: true, lease: { owner, fence: lease.fence }, wanted: lease.wanted };
    },
    async renew(claimed) {
      check(claimed, 'the renewal of the lease');
      lease.leaseUntil = clock.now() + LEASE_LENGTH;
      return { wanted: lease.wanted };
    },
    async release(claimed, seen) {
      if (!isMine(claimed) || lease.wanted !== seen) return whyNotReleased(claimed, lease);
      lease.owner = undefined;
      lease.done = seen;
      return 'released';
    },

    async memory() {
      decided.clear();
      return {
        committed: versions.at(-1),
        records: {
          launches: new Map(launches),
          genesis,
          suspicions: new Map(suspicions),
          mode,
          rollouts: new Map(rollouts),
          orders: new Map(orders),
          recovery,
          rotation,
          pause,
        },
      };
    },
    async version(version) {
      return versions[version - 1];
    },
    async commit(based, next) {
      if (versions.length !== based) throw new SpecConflictError(cluster, based);
      const committed = { ...next, version: based + 1 };
      versions.push(committed);
      return committed;
    },

    async setMode(claimed, next) {
      check(claimed, `the mode "${next}"`);
      mode = next;
    },
    async putGenesis(claimed, next) {
      check(claimed, 'the genesis');
      genesis = next;
    },
    async putLaunch(claimed, record) {
      check(claimed, `the launch record of ${record.slot}`);
      launches.set(record.slot, record);
    },
    async putSuspicion(claimed, suspicion) {
      check(claimed, `the suspicion of ${suspicion.instanceId}`);
      suspicions.set(suspicion.instanceId, suspicion);
    },
    async removeSuspicion(claimed, instanceId) {
      check(claimed, `the end of the suspicion of ${instanceId}`);
      suspicions.delete(instanceId);
    },

    async putRotation(claimed, next) {
      check(claimed, 'the rotation of the join tokens');
      rotation = next;
    },

    async putRollout(claimed, record) {
      check(claimed, `the roll-out of ${record.group}`);
      const { halt, resumedAt } = (decided.has(record.group) && rollouts.get(record.group)) || record;
      rollouts.set(record.group, { ...record, halt, resumedAt });
    },
    async decideRollout(group, halt) {
      const { good, resumedAt } = rollouts.get(group) ?? { good: undefined, resumedAt: undefined };
      rollouts.set(group, { group, good, halt, resumedAt: halt === undefined ? clock.now() : resumedAt });
      decided.add(group);
    },
    async decidePause(next) {
      pause = next;
    },
    async decideOrder(instanceId, order) {
      if (order === undefined) orders.delete(instanceId);
      else orders.set(instanceId, order);
    },
    async removeOrder(claimed, instanceId) {
      check(claimed, `the end of the order about ${instanceId}`);
      orders.delete(instanceId);
    },
    async requestRecovery(request) {
      recovery ??= request;
      return recovery;
    },
    async removeRecovery(claimed) {
      check(claimed, 'the end of the recovery');
      recovery = undefined;
    },

    async status() {
      return status;
    },
    async putStatus(claimed, next) {
      check(claimed, 'the status');
      status = storableStatus(next);
    },
    async log(more) {
      events.push(...more);
    },
    async events(limit, since = 0) {
      const from = Math.max(since, clock.now() - EVENT_LIFETIME * 1000);
      const newestFirst = events.filter((event) => event.at >= from).reverse();
      return newestFirst.sort((one, other) => other.at - one.at).slice(0, Math.max(0, limit));
    },
  };
}
