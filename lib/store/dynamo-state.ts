import { GetCommand, paginateQuery, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ControllerMode, Genesis, LaunchRecord, Suspicion } from '../plan/records.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { holdsLease } from './dynamo-lease.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { cancellations } from './errors.ts';
import {
  type Item,
  type ItemKey,
  readCommitted,
  readGenesis,
  readLaunch,
  readMode,
  readStatus,
  readSuspicion,
  storable,
  writeCommitted,
} from './items.ts';
import { PREFIX, SK, versionKey } from './keys.ts';
import { retryConflicts } from './retry.ts';
import { type Lease, LeaseLostError, type Memory, SpecConflictError, type Store } from './store.ts';

type Transaction = NonNullable<TransactWriteCommandInput['TransactItems']>;
type StateMethods = Exclude<keyof Store, 'wake' | 'acquire' | 'renew' | 'release' | 'log' | 'events'>;

/** Everything that is kept under the lease, and the spec. */
export function dynamoState(table: DynamoTable, cluster: string): Pick<Store, StateMethods> {
  const at = (sk: string): ItemKey => ({ pk: table.pk, sk });

  async function get(sk: string): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: table.table, Key: at(sk), ConsistentRead: true });
    return (await table.client.send(command)).Item;
  }

  async function transact(what: string, items: Transaction): Promise<void> {
    // The SDK gives each send a token of its own: when it repeats a request whose answer was lost, that is still one transaction.
    const command = new TransactWriteCommand({ TransactItems: items });
    await retryConflicts(table.clock, what, () => table.client.send(command));
  }

  /** Writes only while the lease is ours, in one transaction. */
  async function underLease(lease: Lease, what: string, item: Transaction[number]): Promise<void> {
    try {
      await transact(what, [holdsLease(table, lease), item]);
    } catch (error) {
      if (cancellations(error)[0] === 'ConditionalCheckFailed') throw new LeaseLostError(lease, what);
      throw error;
    }
  }

  const put = (sk: string, value: object) => ({
    Put: { TableName: table.table, Item: { ...storable(value), ...at(sk) } },
  });

  return {
    async memory() {
      const items: Item[] = [];
      const pages = paginateQuery(
        { client: table.client },
        {
          TableName: table.table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :state)',
          ExpressionAttributeValues: { ':pk': table.pk, ':state': PREFIX.state },
        },
      );
      for await (const page of pages) items.push(...(page.Items ?? []));
      return readMemory(items, at);
    },

    async version(version) {
      const sk = versionKey(version);
      const item = await get(sk);
      return item && readCommitted(at(sk), item);
    },

    async commit(based, next) {
      const committed: CommittedSpec = { ...next, version: based + 1 };
      const item = writeCommitted(committed);
      const headIsStillBase =
        based === 0
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : { ConditionExpression: 'version = :based', ExpressionAttributeValues: { ':based': based } };
      try {
        await transact(`version ${committed.version} of the spec`, [
          { Put: { TableName: table.table, Item: { ...item, ...at(SK.head) }, ...headIsStillBase } },
          { Put: { TableName: table.table, Item: { ...item, ...at(versionKey(committed.version)) } } },
        ]);
      } catch (error) {
        if (cancellations(error)[0] === 'ConditionalCheckFailed') throw new SpecConflictError(cluster, based);
        throw error;
      }
      return committed;
    },

    setMode: (lease, mode: ControllerMode) => underLease(lease, `the mode "${mode}"`, put(SK.mode, { mode })),
    putGenesis: (lease, genesis: Genesis) => underLease(lease, 'the genesis', put(SK.genesis, genesis)),
    putLaunch: (lease, record: LaunchRecord) =>
      underLease(lease, `the launch record of ${record.slot}`, put(`${PREFIX.launch}${record.slot}`, record)),
    putSuspicion: (lease, suspicion: Suspicion) =>
      underLease(lease, `the suspicion of ${suspicion.instanceId}`, put(suspicionKey(suspicion.instanceId), suspicion)),
    removeSuspicion: (lease, instanceId) =>
      underLease(lease, `the end of the suspicion of ${instanceId}`, {
        Delete: { TableName: table.table, Key: at(suspicionKey(instanceId)) },
      }),

    async status() {
      const item = await get(SK.status);
      return item && readStatus(at(SK.status), item);
    },
    putStatus: (lease, status) => underLease(lease, 'the status', put(SK.status, status)),
  };
}

function suspicionKey(instanceId: string): string {
  return `${PREFIX.suspicion}${instanceId}`;
}

/** Items of a later version of this program, which it does not know, are left alone. */
function readMemory(items: readonly Item[], at: (sk: string) => ItemKey): Memory {
  const launches = new Map<string, LaunchRecord>();
  const suspicions = new Map<string, Suspicion>();
  let committed: CommittedSpec | undefined;
  let genesis: Genesis | undefined;
  let mode: ControllerMode = 'active';
  for (const item of items) {
    const sk = String(item['sk']);
    const key = at(sk);
    if (sk === SK.head) committed = readCommitted(key, item);
    else if (sk === SK.genesis) genesis = readGenesis(key, item);
    else if (sk === SK.mode) mode = readMode(key, item);
    else if (sk.startsWith(PREFIX.launch)) {
      const record = readLaunch(key, item);
      launches.set(record.slot, record);
    } else if (sk.startsWith(PREFIX.suspicion)) {
      const suspicion = readSuspicion(key, item);
      suspicions.set(suspicion.instanceId, suspicion);
    }
  }
  return { committed, records: { launches, genesis, suspicions, mode } };
}
