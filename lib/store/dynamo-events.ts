import { BatchWriteCommand, type BatchWriteCommandInput, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoTable } from './dynamo-table.ts';
import { StoreBusyError } from './errors.ts';
import { readEvent, storable } from './items.ts';
import { AFTER_ALL_EVENTS, EVENT_LIFETIME, EXPIRES_AT, eventKey, eventsFrom } from './keys.ts';
import { pause } from './retry.ts';
import type { EventRecord, Store } from './store.ts';

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const BATCH = 25;
const ATTEMPTS = 8;

/** The event log. It needs no lease: who lost it may still tell what it did. */
export function dynamoEvents(table: DynamoTable, newId: () => string): Pick<Store, 'log' | 'events'> {
  let serial = 0;

  async function write(requests: BatchWriteCommandInput['RequestItems']): Promise<void> {
    let left = requests;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(table.clock, attempt);
      left = (await table.client.send(new BatchWriteCommand({ RequestItems: left }))).UnprocessedItems;
      if (left === undefined || Object.keys(left).length === 0) return;
    }
    throw new StoreBusyError('events', ATTEMPTS);
  }

  const itemOf = (event: EventRecord) => ({
    ...storable(event),
    pk: table.pk,
    sk: eventKey(event, serial++, newId()),
    [EXPIRES_AT]: Math.floor(event.at / 1000) + EVENT_LIFETIME,
  });

  return {
    async log(events) {
      const requests = events.map((event) => ({ PutRequest: { Item: itemOf(event) } }));
      for (let from = 0; from < requests.length; from += BATCH) {
        await write({ [table.table]: requests.slice(from, from + BATCH) });
      }
    },

    async events(limit, since = 0) {
      const found: EventRecord[] = [];
      if (limit < 1) return found;
      let from: Record<string, unknown> | undefined;
      do {
        const page = await table.client.send(
          new QueryCommand({
            TableName: table.table,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
            ExpressionAttributeValues: { ':pk': table.pk, ':first': eventsFrom(since), ':last': AFTER_ALL_EVENTS },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit - found.length,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        for (const item of page.Items ?? []) {
          found.push(readEvent({ pk: table.pk, sk: String(item['sk']) }, item));
        }
        from = page.LastEvaluatedKey;
      } while (from !== undefined && found.length < limit);
      return found;
    },
  };
}
