import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../lib/cli/explain.ts';
import { ObservationError } from '../../../lib/observe/observation-error.ts';
import { OperateError } from '../../../lib/operate/errors.ts';
import { StoreBusyError } from '../../../lib/store/errors.ts';
import { createCliWorld } from './world.ts';

/** As the SDK throws it: its code is the name; what came from AWS has metadata, what comes from the network a code. */
function thrown(name: string, part: object = { $metadata: { httpStatusCode: 400 } }): Error {
  return Object.assign(new Error('as AWS puts it'), { name, ...part });
}

describe('an error is told with what to do about it', () => {
  const cases: readonly (readonly [string, Error, number, RegExp, RegExp])[] = [
    ['no credentials', thrown('CredentialsProviderError', {}), 4, /no AWS credentials were found/, /aws sso login/],
    ['an expired token', thrown('ExpiredTokenException'), 4, /are expired/, /Log in again/],
    ['an expired SSO session', thrown('TokenProviderError', {}), 4, /no AWS credentials/, /aws sso login/],
    [
      'keys that AWS does not know',
      thrown('InvalidClientTokenId'),
      4,
      /does not know these credentials/,
      /AWS_PROFILE/,
    ],
    ['no permission', thrown('AccessDeniedException'), 4, /not allowed: as AWS puts it/, /grantOperate/],
    ['a table that is gone', thrown('ResourceNotFoundException'), 4, /table or function is gone/, /deploy it again/],
    ['no network', Object.assign(thrown('Error', {}), { code: 'ENOTFOUND' }), 4, /can't be reached/, /Region exists/],
    ['too many calls', thrown('ThrottlingException'), 4, /ThrottlingException: as AWS puts it/, /Try again/],
    [
      'an order that is refused',
      new OperateError('NotHalted', 'not halted', 'See it.'),
      1,
      /^not halted$/,
      /^See it\.$/,
    ],
    ['a busy table', new StoreBusyError('events', 8), 1, /events/, /^$/],
    [
      'what EC2 could not be read for, by its cause',
      new ObservationError('DescribeInstances', 'UnauthorizedOperation', 'no', thrown('UnauthorizedOperation')),
      4,
      /not allowed/,
      /grantOperate/,
    ],
  ];
  for (const [what, error, exit, message, remedy] of cases) {
    it(what, () => {
      const explanation = explain(error, false, undefined);
      assert.ok(explanation);
      assert.equal(explanation.exit, exit);
      assert.match(explanation.message, message);
      assert.match(explanation.remedy ?? '', remedy);
    });
  }

  it('and a defect is none: it is thrown, with its stack', async () => {
    assert.equal(explain(new TypeError('undefined is not a function'), false, undefined), undefined);
    const it = await createCliWorld();
    it.world.connect = () => Promise.reject(new TypeError('a defect'));
    await assert.rejects(it.run('status'), TypeError);
  });

  it('on standard error, the results staying empty', async () => {
    const it = await createCliWorld(undefined, { columns: 80 });
    it.world.connect = () => Promise.reject(thrown('ExpiredToken'));
    assert.deepEqual(await it.run('status', '-o', 'json'), {
      exit: 4,
      out: [],
      notes: ['error: the AWS credentials are expired', '  Log in again (`aws sso login`), or get new ones.'],
    });
  });
});
