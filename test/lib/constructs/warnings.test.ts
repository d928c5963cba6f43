import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { declared, stackOf } from './synth.ts';

function warningsFor(logicalIds: readonly string[]): string[] {
  const spec = declared(
    `{ cluster: demo, network: { cidr: 10.42.0.0/16 }, groups: { managers: { flavor: swarm-manager, allocation: { logicalIds: [${logicalIds.join(', ')}] } } } }`,
  );
  return Annotations.fromStack(stackOf({ spec }))
    .findWarning('*', Match.anyValue())
    .map((message) => String(message.entry.data));
}

test('three managers in three zones: nothing to warn of', () => {
  assert.deepEqual(warningsFor(['10.42.0.10', '10.42.1.10', '10.42.2.10']), []);
});

for (const [name, logicalIds, zone] of [
  ['one manager', ['10.42.0.10'], '10.42.0.10'],
  ['two of three in a zone', ['10.42.0.10', '10.42.1.10', '10.42.1.11'], '10.42.1.10, 10.42.1.11'],
  [
    'three of five in a zone',
    ['10.42.0.10', '10.42.2.10', '10.42.2.11', '10.42.2.12', '10.42.1.10'],
    '10.42.2.10, 10.42.2.11, 10.42.2.12',
  ],
] as const) {
  test(`${name}: says that the quorum goes with that zone`, () => {
    const [warning, ...others] = warningsFor(logicalIds);
    assert.equal(others.length, 0);
    assert.match(String(warning), /loses its quorum/);
    assert.ok(warning?.includes(`(that of ${zone})`), warning);
    assert.match(String(warning), /everswarm:quorumInOneZone/);
  });
}

test('five managers spread 2, 2, 1 take all Elastic IPs and outlive any zone: no warning', () => {
  assert.deepEqual(warningsFor(['10.42.0.10', '10.42.0.11', '10.42.1.10', '10.42.1.11', '10.42.2.10']), []);
});

test('seven managers need more Elastic IPs than an account has', () => {
  const [warning, ...others] = warningsFor(
    [0, 1, 2].flatMap((zone) => (zone === 0 ? [10, 11, 12] : [10, 11]).map((host) => `10.42.${zone}.${host}`)),
  );
  assert.equal(others.length, 0);
  assert.match(String(warning), /7 logical IDs take 7 Elastic IPs.*AddressLimitExceeded/);
});
