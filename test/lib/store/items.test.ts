import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { GarbledItemError } from '../../../lib/store/errors.ts';
import {
  type Item,
  readCommitted,
  readEvent,
  readGenesis,
  readLaunch,
  readLease,
  readMode,
  readRecovery,
  readRollout,
  readRotation,
  readStatus,
  readSuspicion,
  storable,
  writeCommitted,
} from '../../../lib/store/items.ts';
import { altered } from '../spec/samples.ts';
import { launchRecord, nextSpec } from './records.ts';
import { batch, sizeOf } from './thousand.ts';

const KEY = { pk: 'CLUSTER#demo', sk: 'STATE#SPEC' };
const SAMPLES: readonly { readonly name: string; readonly read: (item: Item) => unknown; readonly whole: Item }[] = [
  {
    name: 'lease',
    read: (item) => readLease(KEY, item),
    whole: { owner: 'a', fence: 3, leaseUntil: 5, wanted: 2, done: 1 },
  },
  { name: 'spec', read: (item) => readCommitted(KEY, item), whole: writeCommitted({ ...nextSpec(), version: 1 }) },
  { name: 'launch', read: (item) => readLaunch(KEY, item), whole: storable(launchRecord('pet/10.42.0.10')) },
  {
    name: 'genesis',
    read: (item) => readGenesis(KEY, item),
    whole: { seed: '10.42.0.10', claimedAt: 1, clusterId: 'c' },
  },
  { name: 'mode', read: (item) => readMode(KEY, item), whole: { mode: 'active' } },
  {
    name: 'suspicion',
    read: (item) => readSuspicion(KEY, item),
    whole: { instanceId: 'i-1', symptom: 'silent', since: 1, restartedAt: null },
  },
  {
    name: 'roll-out',
    read: (item) => readRollout(KEY, item),
    whole: {
      group: 'workers',
      good: { version: 1, hash: 'a' },
      halt: { hash: 'b', by: 'ada', reason: 'r', at: 1 },
      resumedAt: 2,
      decisions: 3,
    },
  },
  {
    name: 'recovery',
    read: (item) => readRecovery(KEY, item),
    whole: { survivor: '10.42.0.10', clusterId: 'c', by: 'ada', requestedAt: 1 },
  },
  { name: 'rotation', read: (item) => readRotation(KEY, item), whole: { at: 1, generations: { '10.42.0.10': 2 } } },
  {
    name: 'status',
    read: (item) => readStatus(KEY, item),
    whole: { whole: true, at: 1, fence: 1, specVersion: 1, held: [], waiting: [] },
  },
  {
    name: 'event',
    read: (item) => readEvent(KEY, item),
    whole: { at: 1, kind: 'action', name: 'launch', subject: 's', reason: 'r', fence: null },
  },
];

function readOrRefused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof GarbledItemError, String(error));
    assert.ok(error.message.includes(KEY.sk));
  }
}

for (const { name, read, whole } of SAMPLES) {
  test(`an item of the table, whatever it holds, is read or refused by name: ${name}`, () => {
    read(whole);
    const names = Object.keys(whole);
    const anything = fc.dictionary(
      fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string()),
      fc.anything(),
    );
    const changed = fc
      .tuple(fc.constantFrom(...names), fc.anything())
      .map(([key, value]) => ({ ...whole, [key]: value }));
    const lacking = fc
      .constantFrom(...names)
      .map((key) => Object.fromEntries(Object.entries(whole).filter(([one]) => one !== key)));
    fc.assert(
      fc.property(fc.oneof(anything, changed, lacking), (item) => readOrRefused(() => read(item))),
      { numRuns: 500 },
    );
  });
}

test('a launch stored before requests named their volume is read without one', () => {
  const record = launchRecord('pet/10.42.0.10');
  const placement = { kind: 'interface', interfaceId: 'eni-1' };
  const former = storable({ ...record, request: { ...record.request, placement } });
  const read = readLaunch(KEY, former).request.placement;
  assert.equal(read.kind, 'interface');
  assert.equal(read.kind === 'interface' && read.volumeId, undefined);
});

test('a deployment that says of its key that there is none is read as one without', () => {
  const { deployment, ...rest } = nextSpec();
  const item = writeCommitted({ ...rest, deployment: { ...deployment, volumeKeyArn: undefined }, version: 1 });
  assert.equal(readCommitted(KEY, item).deployment.volumeKeyArn, undefined);
  const keyed = writeCommitted({ ...rest, deployment: { ...deployment, volumeKeyArn: 'arn:k' }, version: 1 });
  assert.equal(readCommitted(KEY, keyed).deployment.volumeKeyArn, 'arn:k');
});

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html (item size) */
const ITEM_LIMIT = 400 * 1024;

test('items of a cluster of a thousand machines are far below what DynamoDB takes', () => {
  const spec = parseSpec(altered('size: 2', 'size: 1000').replace('subnetMask: 24', 'subnetMask: 20'));
  assert.ok(sizeOf(writeCommitted({ ...nextSpec(), spec, version: 1 })) < ITEM_LIMIT / 100);
  assert.ok(sizeOf(storable(batch('workers', 'us-east-1a', 0))) < ITEM_LIMIT / 10);
});
