import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ControllerMode, Genesis, LaunchRecord, Rotation, Suspicion } from '../plan/records.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { dynamoDecisions } from './dynamo-decisions.ts';
import { readMemory } from './dynamo-memory.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { dynamoWrites } from './dynamo-writes.ts';
import { cancellations } from './errors.ts';
import { type Item, readCommitted, readStatus, writeCommitted } from './items.ts';
import { launchKey, SK, suspicionKey, versionKey } from './keys.ts';
import { storableStatus } from './status-size.ts';
import { SpecConflictError, type Store } from './store.ts';

type StateMethods = Exclude<keyof Store, 'wake' | 'acquire' | 'renew' | 'release' | 'log' | 'events'>;

/** Everything that is kept under the lease, the spec, and what people decide. */
export function dynamoState(table: DynamoTable, cluster: string): Pick<Store, StateMethods> {
  const writes = dynamoWrites(table);
  const { at, put, transact, underLease } = writes;
  let decisions: ReadonlyMap<string, number> = new Map();

  async function get(sk: string): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: table.table, Key: at(sk), ConsistentRead: true });
    return (await table.client.send(command)).Item;
  }

  return {
    ...dynamoDecisions(table, writes, (group) => decisions.get(group) ?? 0),

    async memory() {
      const { committed, records, ...read } = await readMemory(table);
      decisions = read.decisions;
      return { committed, records };
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
      underLease(lease, `the launch record of ${record.slot}`, put(launchKey(record.slot), record)),
    putSuspicion: (lease, suspicion: Suspicion) =>
      underLease(lease, `the suspicion of ${suspicion.instanceId}`, put(suspicionKey(suspicion.instanceId), suspicion)),
    putRotation: (lease, rotation: Rotation) =>
      underLease(lease, 'the rotation of the join tokens', put(SK.rotation, rotation)),
    removeSuspicion: (lease, instanceId) =>
      underLease(lease, `the end of the suspicion of ${instanceId}`, writes.remove(suspicionKey(instanceId))),

    async status() {
      const item = await get(SK.status);
      return item && readStatus(at(SK.status), item);
    },
    putStatus: (lease, status) => underLease(lease, 'the status', put(SK.status, storableStatus(status))),
  };
}
