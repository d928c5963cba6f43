import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as errors from '../../../lib/aws/errors.ts';
import { awsError } from '../../support/fake-aws.ts';

const CLASSES = {
  isNotFound: errors.isNotFound,
  isThrottle: errors.isThrottle,
  isTransient: errors.isTransient,
  isConditionalCheckFailed: errors.isConditionalCheckFailed,
  isTokenOfTerminated: errors.isTokenOfTerminated,
  isTokenMismatch: errors.isTokenMismatch,
  isCapacity: errors.isCapacity,
  isQuota: errors.isQuota,
  isUnauthorized: errors.isUnauthorized,
  isBusyResource: errors.isBusyResource,
};

function classesOf(error: unknown): string[] {
  return Object.entries(CLASSES).flatMap(([name, is]) => (is(error) ? [name] : []));
}

describe('AWS errors', () => {
  const known: [string, number, keyof typeof CLASSES][] = [
    ['InvalidInstanceID.NotFound', 400, 'isNotFound'],
    ['RequestLimitExceeded', 503, 'isThrottle'],
    ['ServiceUnavailable', 503, 'isTransient'],
    ['ConditionalCheckFailedException', 400, 'isConditionalCheckFailed'],
    ['IdempotentInstanceTerminated', 400, 'isTokenOfTerminated'],
    ['IdempotentParameterMismatch', 400, 'isTokenMismatch'],
    // EC2 answers this one with 500, and yet nothing was made.
    ['InsufficientInstanceCapacity', 500, 'isCapacity'],
    ['VcpuLimitExceeded', 400, 'isQuota'],
    ['UnauthorizedOperation', 403, 'isUnauthorized'],
    ['InvalidNetworkInterface.InUse', 400, 'isBusyResource'],
  ];
  for (const [code, status, expected] of known) {
    it(`takes ${code} for what it is`, () => {
      const classes = classesOf(awsError(code, status));
      assert.ok(classes.includes(expected), classes.join());
      assert.equal(
        errors.isTransient(awsError(code, status)),
        expected === 'isTransient' || code === 'RequestLimitExceeded',
      );
    });
  }

  it('takes an unknown code for nothing, and certainly not for gone', () => {
    assert.deepEqual(classesOf(awsError('InvalidUnicorn.NotFound')), []);
    assert.deepEqual(classesOf(new Error('NotFound')), []);
    assert.deepEqual(classesOf('InvalidInstanceID.NotFound'), []);
  });

  it('takes sockets and any 5xx for transient', () => {
    assert.ok(errors.isTransient(Object.assign(new Error('reset'), { code: 'ECONNRESET' })));
    assert.ok(errors.isTransient(awsError('Whatever', 502)));
  });

  it('tells errors of AWS from defects of ours', () => {
    assert.ok(errors.isAwsError(awsError('Whatever')));
    assert.ok(!errors.isAwsError(new TypeError('undefined is not a function')));
  });
});
