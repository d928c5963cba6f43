import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePattern } from '../../../../lab/region/events/pattern.ts';

const EVENT = {
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  resources: ['arn:aws:ec2:us-east-1:1:instance/i-1', 'arn:aws:ec2:us-east-1:1:instance/i-2'],
  detail: {
    'instance-id': 'i-1',
    state: 'Running',
    count: 5,
    ok: true,
    nothing: null,
    empty: [],
    ip: '10.42.0.10',
    deep: [{ a: 1 }, { a: 2 }],
  },
};

const detail = (pattern: unknown): object => ({ detail: pattern });

const MATCHING: readonly object[] = [
  { source: ['aws.ec2'] },
  { source: ['aws.s3', 'aws.ec2'], detail: { state: ['Running'] } },
  { resources: ['arn:aws:ec2:us-east-1:1:instance/i-2'] },
  { resources: [{ prefix: 'arn:aws:ec2:' }] },
  detail({ state: [{ prefix: 'Run' }] }),
  detail({ state: [{ prefix: { 'equals-ignore-case': 'run' } }] }),
  detail({ state: [{ suffix: 'ing' }] }),
  detail({ state: [{ 'equals-ignore-case': 'running' }] }),
  detail({ state: [{ wildcard: 'R*g' }] }),
  detail({ state: [{ 'anything-but': 'stopped' }] }),
  detail({ state: [{ 'anything-but': ['stopped', 'pending'] }] }),
  detail({ state: [{ 'anything-but': { prefix: 'stop' } }] }),
  detail({ state: [{ 'anything-but': { suffix: ['ed', 'en'] } }] }),
  detail({ count: [{ 'anything-but': [1, 2] }] }),
  detail({ count: [{ numeric: ['=', 5] }] }),
  detail({ count: [{ numeric: ['>', 0, '<=', 5] }] }),
  detail({ count: [5] }),
  detail({ ok: [true] }),
  detail({ nothing: [null] }),
  detail({ state: [{ exists: true }] }),
  detail({ absent: [{ exists: false }] }),
  detail({ absent: { deeper: [{ exists: false }] } }),
  detail({ ip: [{ cidr: '10.42.0.0/16' }] }),
  detail({ deep: { a: [2] } }),
  { $or: [{ source: ['aws.s3'] }, { detail: { state: ['Running'] } }] },
];

const NOT_MATCHING: readonly object[] = [
  { source: ['aws.s3'] },
  { source: ['aws.ec2'], detail: { state: ['stopped'] } },
  detail({ state: ['running'] }),
  detail({ state: [{ 'anything-but': ['Running', 'pending'] }] }),
  detail({ state: [{ 'anything-but': { 'equals-ignore-case': 'RUNNING' } }] }),
  detail({ absent: [{ 'anything-but': 'x' }] }),
  { resources: [{ 'anything-but': 'arn:aws:ec2:us-east-1:1:instance/i-1' }] },
  detail({ count: ['5'] }),
  detail({ count: [{ numeric: ['<', 5] }] }),
  detail({ state: [{ numeric: ['<', 5] }] }),
  detail({ state: [{ exists: false }] }),
  detail({ absent: [{ exists: true }] }),
  detail({ ip: [{ cidr: '10.43.0.0/16' }] }),
  detail({ state: [{ wildcard: 'R*x' }] }),
  detail({ deep: { a: [3] } }),
  detail({ toString: [{ exists: true }] }),
  { $or: [{ source: ['aws.s3'] }, { detail: { state: ['stopped'] } }] },
];

const INVALID: readonly string[] = [
  'no json',
  '[]',
  '{}',
  '{"source":"aws.ec2"}',
  '{"source":[]}',
  '{"detail":{}}',
  '{"source":[{"prefx":"a"}]}',
  '{"source":[{"prefix":"a","suffix":"b"}]}',
  '{"source":[{"prefix":5}]}',
  '{"source":[{"numeric":["!",5]}]}',
  '{"source":[{"numeric":["<"]}]}',
  '{"source":[{"exists":"yes"}]}',
  '{"source":[{"anything-but":{"exists":true}}]}',
  '{"source":[{"cidr":"10.0.0.0"}]}',
  '{"$or":[{"source":["a"]}]}',
  '{"source":[["a"]]}',
];

describe('event pattern', () => {
  for (const pattern of MATCHING) {
    it(`matches ${JSON.stringify(pattern)}`, () => assert.equal(compilePattern(JSON.stringify(pattern))(EVENT), true));
  }
  for (const pattern of NOT_MATCHING) {
    it(`does not match ${JSON.stringify(pattern)}`, () =>
      assert.equal(compilePattern(JSON.stringify(pattern))(EVENT), false));
  }
  for (const text of INVALID) {
    it(`refuses ${text}`, () => assert.throws(() => compilePattern(text), { code: 'InvalidEventPatternException' }));
  }
});
