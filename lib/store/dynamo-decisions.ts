import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionalCheckFailed } from '../aws/errors.ts';
import type { DynamoTable } from './dynamo-table.ts';
import type { DynamoWrites, Transaction } from './dynamo-writes.ts';
import { cancellations, itemOf } from './errors.ts';
import { readRecovery, storable } from './items.ts';
import { EXPIRES_AT, orderKey, rolloutKey, SK } from './keys.ts';
import { retryConflicts } from './retry.ts';
import type { Store } from './store.ts';

type DecisionMethods =
  | 'putRollout'
  | 'decideRollout'
  | 'decidePause'
  | 'decideOrder'
  | 'removeOrder'
  | 'requestRecovery'
  | 'removeRecovery';

/** Several of them are reserved words of DynamoDB's expressions, so all of them are written as names. */
const NAMES = { '#group': 'group', '#good': 'good', '#halt': 'halt', '#resumedAt': 'resumedAt' };
const COUNT = { '#decisions': 'decisions' };

/**
 * What people decide beside the controller: the only state that is also written without the lease. `decisions` on a
 * roll-out's item counts theirs, so that the controller can't undo one that it has not seen.
 * @param decisionsSeen how many of a group's decisions the newest `memory()` held
 */
export function dynamoDecisions(
  table: DynamoTable,
  writes: DynamoWrites,
  decisionsSeen: (group: string) => number,
): Pick<Store, DecisionMethods> {
  const { at, underLease } = writes;
  const rollout = (group: string) => ({ TableName: table.table, Key: at(rolloutKey(group)) });

  return {
    async putRollout(lease, record) {
      const what = `the roll-out of ${record.group}`;
      const { group, good, halt, resumedAt } = storable(record);
      const whole: Transaction[number] = {
        Update: {
          ...rollout(record.group),
          UpdateExpression: 'SET #group = :group, #good = :good, #halt = :halt, #resumedAt = :resumedAt',
          ConditionExpression: 'attribute_not_exists(#decisions) OR #decisions = :seen',
          ExpressionAttributeNames: { ...NAMES, ...COUNT },
          ExpressionAttributeValues: {
            ':group': group,
            ':good': good,
            ':halt': halt,
            ':resumedAt': resumedAt,
            ':seen': decisionsSeen(record.group),
          },
        },
      };
      try {
        await underLease(lease, what, whole);
      } catch (error) {
        if (cancellations(error)[1] !== 'ConditionalCheckFailed') throw error;
        const onlyWhatIsGood: Transaction[number] = {
          Update: {
            ...rollout(record.group),
            UpdateExpression: 'SET #good = :good',
            ExpressionAttributeNames: { '#good': 'good' },
            ExpressionAttributeValues: { ':good': good },
          },
        };
        await underLease(lease, what, onlyWhatIsGood);
      }
    },

    async decideRollout(group, halt) {
      const resumed = halt === undefined ? ':now' : 'if_not_exists(#resumedAt, :none)';
      const command = new UpdateCommand({
        ...rollout(group),
        UpdateExpression: `SET #group = :group, #good = if_not_exists(#good, :none), #halt = :halt, #resumedAt = ${resumed} ADD #decisions :one`,
        ExpressionAttributeNames: { ...NAMES, ...COUNT },
        ExpressionAttributeValues: {
          ':group': group,
          ':halt': halt ?? null,
          ':none': null,
          ':one': 1,
          ...(halt === undefined && { ':now': table.clock.now() }),
        },
      });
      await retryConflicts(table.clock, `the decision on the roll-out of ${group}`, () => table.client.send(command));
    },

    async decidePause(pause) {
      const command = new UpdateCommand({
        TableName: table.table,
        Key: at(SK.pause),
        // Not deleted to resume: nobody but the reconciler may delete items.
        UpdateExpression: 'SET #pause = :pause',
        ExpressionAttributeNames: { '#pause': 'pause' },
        ExpressionAttributeValues: { ':pause': pause ?? null },
      });
      await retryConflicts(table.clock, 'the pause of the controller', () => table.client.send(command));
    },

    async decideOrder(instanceId, order) {
      const command = new UpdateCommand({
        TableName: table.table,
        Key: at(orderKey(instanceId)),
        // Withdrawn, it is left to the table's time to live.
        UpdateExpression:
          order === undefined ? 'SET #order = :order, #expires = :now' : 'SET #order = :order REMOVE #expires',
        ExpressionAttributeNames: { '#order': 'order', '#expires': EXPIRES_AT },
        ExpressionAttributeValues: {
          ':order': order ?? null,
          ...(order === undefined && { ':now': Math.floor(table.clock.now() / 1000) }),
        },
      });
      await retryConflicts(table.clock, `the order about ${instanceId}`, () => table.client.send(command));
    },

    removeOrder: (lease, instanceId) =>
      underLease(lease, `the end of the order about ${instanceId}`, writes.remove(orderKey(instanceId))),

    async requestRecovery(recovery) {
      const key = at(SK.recovery);
      const command = new PutCommand({
        TableName: table.table,
        Item: { ...storable(recovery), ...key },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        await retryConflicts(table.clock, 'the recovery', () => table.client.send(command));
        return recovery;
      } catch (error) {
        if (!isConditionalCheckFailed(error)) throw error;
        return readRecovery(key, itemOf(error) ?? {});
      }
    },

    removeRecovery: (lease) => underLease(lease, 'the end of the recovery', writes.remove(SK.recovery)),
  };
}
