import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoStore } from '../../../lib/store/dynamo.ts';
import { GarbledItemError, StoreBusyError } from '../../../lib/store/errors.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { handClock, held, type MakeStore, storeContract } from './contract.ts';
import { decisionContract } from './decisions.ts';
import { storeRaces } from './races.ts';
import { launchRecord, nextSpec } from './records.ts';
import { thousandMachines } from './thousand.ts';

const TABLE = 'everswarm';
let local: TestDynamoDb;
let clusters = 0;

before(async () => {
  local = await startTestDynamoDb();
  await local.createTable(TABLE);
});
after(() => local.stop());

/** Each test has a cluster of its own in the one table. */
const newStore = (clock = handClock()) => {
  const cluster = `c${++clusters}`;
  return { pk: `CLUSTER#${cluster}`, store: createDynamoStore({ client: local.client, table: TABLE, cluster, clock }) };
};
const makeStore: MakeStore = async (clock) => {
  const cluster = `c${++clusters}`;
  return createDynamoStore({ client: local.client, table: TABLE, cluster, clock });
};

storeContract('DynamoDB', makeStore);
decisionContract('DynamoDB', makeStore);
thousandMachines('DynamoDB', makeStore);
storeRaces('DynamoDB', makeStore, 25);

test('DynamoDB: a garbled item is an error that names its key', async () => {
  const garbled: [
    sk: string,
    item: Record<string, unknown>,
    read: (store: ReturnType<typeof newStore>['store']) => Promise<unknown>,
  ][] = [
    ['STATE#SPEC', { version: 'one' }, (store) => store.memory()],
    ['STATE#LAUNCH#pet/10.42.0.10', { slot: 1 }, (store) => store.memory()],
    ['STATE#MODE', { mode: 'asleep' }, (store) => store.memory()],
    ['STATE#GENESIS', {}, (store) => store.memory()],
    ['STATE#ROLLOUT#workers', { group: 'workers', halt: 'yes' }, (store) => store.memory()],
    ['STATE#RECOVERY', { survivor: 1 }, (store) => store.memory()],
    ['SPEC#000000003', { ...nextSpec(), version: 3, spec: '{"cluster":"demo"}' }, (store) => store.version(3)],
    ['STATUS', { whole: 'yes' }, (store) => store.status()],
    ['LEASE', { fence: 'three' }, (store) => store.acquire('a')],
    ['EVENT#000001790000000000#000000000001#000000001#x', { at: 'now' }, (store) => store.events(1)],
  ];
  for (const [sk, item, read] of garbled) {
    const { pk, store } = newStore();
    await local.client.send(new PutCommand({ TableName: TABLE, Item: { ...item, pk, sk } }));
    await assert.rejects(
      () => read(store),
      (error) => {
        // DynamoDB itself refuses to add to a text.
        if (sk === 'LEASE') return error instanceof Error;
        assert.ok(error instanceof GarbledItemError, String(error));
        assert.equal(error.code, 'GarbledItem');
        assert.deepEqual(error.key, { pk, sk });
        assert.ok(error.message.includes(sk));
        return true;
      },
    );
  }
});

test('DynamoDB: items of a later version of the program are left alone', async () => {
  const { pk, store } = newStore();
  await local.client.send(new PutCommand({ TableName: TABLE, Item: { pk, sk: 'STATE#FUTURE', x: 1 } }));
  assert.equal((await store.memory()).committed, undefined);
});

test('DynamoDB: events carry the seconds at which the table lets go of them', async () => {
  const clock = handClock();
  const { pk, store } = newStore(clock);
  await store.log([{ at: clock.now(), kind: 'whole', name: 'whole', subject: 'demo', reason: 'all there', fence: 1 }]);
  const { Items } = await local.client.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
      ExpressionAttributeValues: { ':pk': pk, ':event': 'EVENT#' },
    }),
  );
  assert.equal(Items?.[0]?.['expiresAt'], clock.now() / 1000 + 30 * 24 * 60 * 60);
});

test('DynamoDB: the state is read whole when it is larger than one page of a query', async () => {
  const { store } = newStore();
  const { lease } = await held(store.acquire('a'));
  const record = launchRecord('slot');
  const userData = 'x'.repeat(300_000);
  for (let index = 0; index < 5; index++) {
    await store.putLaunch(lease, { ...record, slot: `pet/${index}`, request: { ...record.request, userData } });
  }
  assert.equal((await store.memory()).records.launches.size, 5);
});

test('DynamoDB: two clusters in one table do not see each other', async () => {
  const one = newStore().store;
  const other = newStore().store;
  await one.commit(0, nextSpec());
  await held(one.acquire('a'));
  assert.equal((await other.memory()).committed, undefined);
  assert.equal((await held(other.acquire('b'))).lease.fence, 1);
});

/** Spoils the first `times` requests of one kind, on the wire's side of the SDK's own retries. */
function faultyStore(cluster: string, operation: string, times: number, spoil: 'conflict' | 'lose the answer') {
  const client = local.newClient();
  let left = times;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const spoiled = context['commandName'] === operation && left-- > 0;
      if (!spoiled) return next(args);
      if (spoil === 'lose the answer') {
        await next(args);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      }
      const name =
        operation === 'TransactWriteItemsCommand' ? 'TransactionCanceledException' : 'TransactionConflictException';
      const CancellationReasons = [{ Code: 'TransactionConflict' }, { Code: 'None' }];
      throw Object.assign(new Error('conflict'), { name, CancellationReasons });
    },
    { step: 'deserialize', name: 'spoil', priority: 'low' },
  );
  return createDynamoStore({ client, table: TABLE, cluster, clock: handClock() });
}

test('DynamoDB: a lost answer does not change what the store says', async () => {
  const lost = (operation: string) => {
    const cluster = `c${++clusters}`;
    const sound = createDynamoStore({ client: local.client, table: TABLE, cluster, clock: handClock() });
    return { sound, faulty: faultyStore(cluster, operation, 1, 'lose the answer') };
  };
  const acquiring = lost('UpdateItemCommand');
  assert.deepEqual((await held(acquiring.faulty.acquire('a'))).lease, { owner: 'a', fence: 1 });
  const releasing = lost('UpdateItemCommand');
  const { lease } = await held(releasing.sound.acquire('a'));
  assert.equal(await releasing.faulty.release(lease, 0), 'released');
  const committing = lost('TransactWriteItemsCommand');
  assert.equal((await committing.faulty.commit(0, nextSpec())).version, 1);
  assert.equal((await committing.sound.memory()).committed?.version, 1);
});

test('DynamoDB: conflicts are tried again, and in the end told', async () => {
  const cluster = `c${++clusters}`;
  await faultyStore(cluster, 'UpdateItemCommand', 3, 'conflict').wake();
  const { lease, wanted } = await held(faultyStore(cluster, 'UpdateItemCommand', 3, 'conflict').acquire('a'));
  assert.equal(wanted, 1);
  await faultyStore(cluster, 'TransactWriteItemsCommand', 3, 'conflict').setMode(lease, 'removing');
  const busy = faultyStore(cluster, 'TransactWriteItemsCommand', 100, 'conflict');
  await assert.rejects(busy.setMode(lease, 'active'), StoreBusyError);
});
