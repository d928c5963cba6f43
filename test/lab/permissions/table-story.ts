import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createSimulatedFleet } from '../../../lab/machines/simulated/fleet.ts';
import { createDynamoDbService } from '../../../lab/region/dynamodb/service.ts';
import type { Directory } from '../../../lab/region/iam/directory.ts';
import { enforcePermissions } from '../../../lab/region/permissions/permissions.ts';
import { createRegion } from '../../../lab/region/region.ts';
import { createDynamoStore } from '../../../lib/store/dynamo.ts';
import type { Lease, Store } from '../../../lib/store/store.ts';
import { systemClock } from '../../../lib/system-clock.ts';
import { launchRecord, nextSpec } from '../../lib/store/records.ts';
import { createTableCommand } from '../../support/dynamodb.ts';
import type { FunctionRole } from './roles.ts';

const AT = { account: '123456789012', region: 'us-east-1' };

export interface TableStory {
  /** Calls the methods once, on the function's credentials; every run in a cluster of its own. Returns what failed. */
  tell(fn: FunctionRole, methods: ReadonlySet<string>): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** The real store on a real table, held to the policies in the directory. */
export async function startTableStory(directory: Directory, table: string): Promise<TableStory> {
  const random = Math.random;
  const fleet = createSimulatedFleet({ clock: systemClock, random });
  const region = createRegion({ context: { clock: systemClock, random, ...AT, zones: ['us-east-1a'] }, fleet });
  enforcePermissions(region, directory);
  const service = createDynamoDbService(region.context);
  region.register(service);
  const options = { region: AT.region, requestHandler: region.requestHandler(), maxAttempts: 1 };
  const administrator = new DynamoDBClient({ ...options, credentials: { accessKeyId: 'A', secretAccessKey: 'A' } });
  await administrator.send(createTableCommand(table));
  let runs = 0;
  return {
    async tell({ name, role }, methods) {
      runs += 1;
      const credentials = region.credentials.issue({ kind: 'function', name, role }, 3_600_000);
      const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...options, credentials }));
      const store = createDynamoStore({ client, table, cluster: `run-${runs}`, clock: systemClock });
      try {
        await callAll(store, methods);
        return undefined;
      } catch (error) {
        return String(error);
      }
    },
    stop: () => service.stop(),
  };
}

/** @throws Error also for a method that has no call here yet */
async function callAll(store: Store, methods: ReadonlySet<string>): Promise<void> {
  const missing = [...methods].filter((name) => !Object.hasOwn(CALLS, name));
  if (missing.length > 0) throw new Error(`add a call of ${missing.join(', ')} to test/lab/permissions/table-story.ts`);
  const lease = methods.has('acquire') ? await leaseOf(store) : NO_LEASE;
  for (const [name, call] of Object.entries(CALLS)) if (methods.has(name)) await call(store, lease);
}

/** Of a function that never takes it. */
const NO_LEASE: Lease = { owner: 'nobody', fence: 0 };

async function leaseOf(store: Store): Promise<Lease> {
  const acquired = await store.acquire('story');
  if (!acquired.acquired) throw new Error('the lease is taken');
  return acquired.lease;
}

const SUSPICION = { instanceId: 'i-1', symptom: 'silent', since: 1, restartedAt: undefined };
const ROLLOUT = { group: 'workers', good: { version: 1, hash: 'x' }, halt: undefined, resumedAt: undefined };

/** In an order in which each can succeed. */
const CALLS: Readonly<Record<string, (store: Store, lease: Lease) => Promise<unknown>>> = {
  acquire: async () => undefined,
  wake: (store) => store.wake(),
  commit: (store) => store.commit(0, nextSpec()),
  memory: (store) => store.memory(),
  version: (store) => store.version(1),
  renew: (store, lease) => store.renew(lease),
  setMode: (store, lease) => store.setMode(lease, 'removing'),
  putGenesis: (store, lease) => store.putGenesis(lease, { seed: '10.42.0.10', claimedAt: 1, clusterId: undefined }),
  putLaunch: (store, lease) => store.putLaunch(lease, launchRecord('pet:10.42.0.10')),
  putSuspicion: (store, lease) => store.putSuspicion(lease, SUSPICION),
  removeSuspicion: (store, lease) => store.removeSuspicion(lease, 'i-1'),
  putRollout: (store, lease) => store.putRollout(lease, ROLLOUT),
  putRotation: (store, lease) => store.putRotation(lease, { at: 1, generations: {} }),
  decideRollout: (store) => store.decideRollout('workers', undefined),
  decidePause: (store) => store.decidePause(undefined),
  decideOrder: async (store) => {
    await store.decideOrder('i-1', { instanceId: 'i-1', what: 'drain', by: 'ada', reason: 'r', at: 1 });
    await store.decideOrder('i-1', undefined);
  },
  removeOrder: (store, lease) => store.removeOrder(lease, 'i-1'),
  requestRecovery: (store) =>
    store.requestRecovery({ survivor: '10.42.0.10', clusterId: 'c', by: 'ada', requestedAt: 1 }),
  removeRecovery: (store, lease) => store.removeRecovery(lease),
  putStatus: (store, lease) =>
    store.putStatus(lease, { whole: true, at: 1, fence: 1, specVersion: 1, held: [], waiting: [] }),
  status: (store) => store.status(),
  log: (store) =>
    store.log([{ at: Date.now(), kind: 'woken', name: 'wake', subject: 'x', reason: 'x', fence: undefined }]),
  events: (store) => store.events(10),
  release: async (store, lease) => store.release(lease, (await store.renew(lease)).wanted),
};
