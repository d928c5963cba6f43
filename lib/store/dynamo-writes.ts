import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { holdsLease } from './dynamo-lease.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { cancellations } from './errors.ts';
import { type ItemKey, storable } from './items.ts';
import { retryConflicts } from './retry.ts';
import { type Lease, LeaseLostError } from './store.ts';

export type Transaction = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** How the items of one cluster are written: in transactions, most of them only while the lease is ours. */
export interface DynamoWrites {
  at(sk: string): ItemKey;
  put(sk: string, value: object): Transaction[number];
  remove(sk: string): Transaction[number];
  /** @throws StoreBusyError, or what DynamoDB answers */
  transact(what: string, items: Transaction): Promise<void>;
  /** @throws LeaseLostError, StoreBusyError, or what DynamoDB answers: the item's own condition is the second reason */
  underLease(lease: Lease, what: string, item: Transaction[number]): Promise<void>;
}

export function dynamoWrites(table: DynamoTable): DynamoWrites {
  const at = (sk: string): ItemKey => ({ pk: table.pk, sk });

  async function transact(what: string, items: Transaction): Promise<void> {
    // The SDK gives each send a token of its own: when it repeats a request whose answer was lost, that is still one transaction.
    const command = new TransactWriteCommand({ TransactItems: items });
    await retryConflicts(table.clock, what, () => table.client.send(command));
  }

  return {
    at,
    transact,
    put: (sk, value) => ({ Put: { TableName: table.table, Item: { ...storable(value), ...at(sk) } } }),
    remove: (sk) => ({ Delete: { TableName: table.table, Key: at(sk) } }),
    async underLease(lease, what, item) {
      try {
        await transact(what, [holdsLease(table, lease), item]);
      } catch (error) {
        if (cancellations(error)[0] === 'ConditionalCheckFailed') throw new LeaseLostError(lease, what);
        throw error;
      }
    },
  };
}
