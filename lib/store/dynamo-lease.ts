import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionalCheckFailed } from '../aws/errors.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { itemOf } from './errors.ts';
import { type ItemKey, type LeaseItem, readLease } from './items.ts';
import { SK } from './keys.ts';
import { LEASE_LENGTH, LEASE_SKEW, whyNotReleased } from './lease.ts';
import { retryConflicts } from './retry.ts';
import { type Acquisition, type Lease, LeaseLostError, type Release, type Store } from './store.ts';

/** The clauses of the conditions on the lease item, by what they say. */
const CLAUSE = {
  nobodyHoldsIt: 'attribute_not_exists(#owner)',
  itRanOut: 'leaseUntil < :expired',
  itIsMine: '#owner = :me AND fence = :fence',
  noNewWakeUp: 'wanted = :seen',
} as const;

/** `owner` is a reserved word of DynamoDB's expressions. */
const OWNER = { '#owner': 'owner' };

/** What a write that needs the lease checks in its transaction. */
export function holdsLease(table: DynamoTable, lease: Lease) {
  return {
    ConditionCheck: {
      TableName: table.table,
      Key: leaseKey(table),
      ConditionExpression: CLAUSE.itIsMine,
      ExpressionAttributeNames: OWNER,
      ExpressionAttributeValues: { ':me': lease.owner, ':fence': lease.fence },
    },
  };
}

/**
 * The lease, in one item. A wake-up raises `wanted` and then tries to acquire; the holder gives the lease back only if
 * it has seen the newest `wanted`, so one that came in while it was working is never lost.
 */
export function dynamoLease(table: DynamoTable): Pick<Store, 'wake' | 'acquire' | 'renew' | 'release'> {
  const key = leaseKey(table);
  const update = { TableName: table.table, Key: key };
  const denied = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const itemThatDenied = (error: unknown): LeaseItem => readLease(key, itemOf(error) ?? {});

  /** The item after the update, or as it was when the condition failed. */
  async function attempt(what: string, command: UpdateCommand): Promise<{ done: boolean; item: LeaseItem }> {
    try {
      const { Attributes } = await retryConflicts(table.clock, what, () => table.client.send(command));
      return { done: true, item: readLease(key, Attributes ?? {}) };
    } catch (error) {
      if (isConditionalCheckFailed(error)) return { done: false, item: itemThatDenied(error) };
      throw error;
    }
  }

  return {
    async wake() {
      const raise = new UpdateCommand({
        ...update,
        UpdateExpression: 'ADD wanted :one',
        ExpressionAttributeValues: { ':one': 1 },
      });
      await retryConflicts(table.clock, 'a wake-up', () => table.client.send(raise));
    },

    async acquire(owner): Promise<Acquisition> {
      const now = table.clock.now();
      const { done, item } = await attempt(
        'the acquisition of the lease',
        new UpdateCommand({
          ...update,
          ...denied,
          UpdateExpression:
            'SET #owner = :me, leaseUntil = :until, wanted = if_not_exists(wanted, :zero) ADD fence :one',
          ConditionExpression: `${CLAUSE.nobodyHoldsIt} OR ${CLAUSE.itRanOut}`,
          ExpressionAttributeNames: OWNER,
          ExpressionAttributeValues: {
            ':me': owner,
            ':until': now + LEASE_LENGTH,
            ':expired': now - LEASE_SKEW,
            ':one': 1,
            ':zero': 0,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      // Denied by ourselves: an earlier request of this acquisition came through, and its answer was lost.
      if (done || item.owner === owner) {
        return { acquired: true, lease: { owner, fence: item.fence }, wanted: item.wanted };
      }
      return { acquired: false, owner: item.owner ?? '', until: item.leaseUntil ?? now };
    },

    async renew(lease) {
      const { done, item } = await attempt(
        'the renewal of the lease',
        new UpdateCommand({
          ...update,
          ...denied,
          UpdateExpression: 'SET leaseUntil = :until',
          ConditionExpression: CLAUSE.itIsMine,
          ExpressionAttributeNames: OWNER,
          ExpressionAttributeValues: {
            ':me': lease.owner,
            ':fence': lease.fence,
            ':until': table.clock.now() + LEASE_LENGTH,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      if (!done) throw new LeaseLostError(lease, 'the renewal of the lease');
      return { wanted: item.wanted };
    },

    async release(lease, seen): Promise<Release> {
      const { done, item } = await attempt(
        'the release of the lease',
        new UpdateCommand({
          ...update,
          ...denied,
          UpdateExpression: 'SET done = :seen REMOVE #owner, leaseUntil',
          ConditionExpression: `${CLAUSE.itIsMine} AND ${CLAUSE.noNewWakeUp}`,
          ExpressionAttributeNames: OWNER,
          ExpressionAttributeValues: { ':me': lease.owner, ':fence': lease.fence, ':seen': seen },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return done ? 'released' : whyNotReleased(lease, item);
    },
  };
}

function leaseKey(table: DynamoTable): ItemKey {
  return { pk: table.pk, sk: SK.lease };
}
