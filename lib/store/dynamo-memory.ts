import { paginateQuery } from '@aws-sdk/lib-dynamodb';
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
import type { DynamoTable } from './dynamo-table.ts';
import {
  type Item,
  type ItemKey,
  readCommitted,
  readGenesis,
  readLaunch,
  readMode,
  readOrder,
  readPause,
  readRecovery,
  readRollout,
  readRotation,
  readSuspicion,
} from './items.ts';
import { PREFIX, SK } from './keys.ts';
import type { Memory } from './store.ts';

/** The memory, and by group how many decisions of people its roll-outs hold. */
export interface MemoryRead extends Memory {
  readonly decisions: ReadonlyMap<string, number>;
}

/** All of the state, over all pages (DynamoDB gives 1 MB in one). @throws GarbledItemError */
export async function readMemory(table: DynamoTable): Promise<MemoryRead> {
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
  return memoryOf(items, (sk) => ({ pk: table.pk, sk }));
}

/** Items of a later version of this program, which it does not know, are left alone. */
function memoryOf(items: readonly Item[], at: (sk: string) => ItemKey): MemoryRead {
  const launches = new Map<string, LaunchRecord>();
  const suspicions = new Map<string, Suspicion>();
  const rollouts = new Map<string, RolloutRecord>();
  const decisions = new Map<string, number>();
  const orders = new Map<string, MachineOrder>();
  let committed: CommittedSpec | undefined;
  let genesis: Genesis | undefined;
  let recovery: Recovery | undefined;
  let rotation: Rotation | undefined;
  let pause: Pause | undefined;
  let mode: ControllerMode = 'active';
  for (const item of items) {
    const sk = String(item['sk']);
    const key = at(sk);
    if (sk === SK.head) committed = readCommitted(key, item);
    else if (sk === SK.genesis) genesis = readGenesis(key, item);
    else if (sk === SK.mode) mode = readMode(key, item);
    else if (sk === SK.recovery) recovery = readRecovery(key, item);
    else if (sk === SK.rotation) rotation = readRotation(key, item);
    else if (sk === SK.pause) pause = readPause(key, item);
    else if (sk.startsWith(PREFIX.launch)) {
      const record = readLaunch(key, item);
      launches.set(record.slot, record);
    } else if (sk.startsWith(PREFIX.suspicion)) {
      const suspicion = readSuspicion(key, item);
      suspicions.set(suspicion.instanceId, suspicion);
    } else if (sk.startsWith(PREFIX.rollout)) {
      const { record, decisions: number } = readRollout(key, item);
      rollouts.set(record.group, record);
      decisions.set(record.group, number);
    } else if (sk.startsWith(PREFIX.order)) {
      const order = readOrder(key, item);
      if (order !== undefined) orders.set(order.instanceId, order);
    }
  }
  return {
    committed,
    records: { launches, genesis, suspicions, mode, rollouts, recovery, rotation, pause, orders },
    decisions,
  };
}
