import { randomUUID } from 'node:crypto';
import { dynamoEvents } from './dynamo-events.ts';
import { dynamoLease } from './dynamo-lease.ts';
import { dynamoState } from './dynamo-state.ts';
import { type DynamoTableOptions, dynamoTable } from './dynamo-table.ts';
import type { Store } from './store.ts';

/**
 * A cluster's memory in a DynamoDB table with the text keys `pk` and `sk` and the TTL attribute `expiresAt`
 * (see keys.ts). Errors besides those of `Store`: GarbledItemError, StoreBusyError, and DynamoDB's own.
 */
export function createDynamoStore(
  options: DynamoTableOptions & {
    /** Makes two writers' events of one moment differ. @default random */
    readonly idFactory?: () => string;
  },
): Store {
  const table = dynamoTable(options);
  const newId = options.idFactory ?? (() => randomUUID().slice(0, 8));
  return { ...dynamoLease(table), ...dynamoState(table, options.cluster), ...dynamoEvents(table, newId) };
}
