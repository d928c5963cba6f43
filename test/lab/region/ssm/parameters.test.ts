import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, labRegion } from '../support/lab-region.ts';

describe('Parameter Store', () => {
  it('keeps versions, and overwrites only when told to', async () => {
    const { ssm } = labRegion();
    const put = (Value: string, extra: object = {}) =>
      ssm.putParameter({ Name: '/c/a', Value, Type: 'String', ...extra });
    assert.equal((await put('1')).Version, 1);
    assert.equal(await codeOf(put('2')), 'ParameterAlreadyExists');
    assert.equal((await put('2', { Overwrite: true })).Version, 2);
    assert.equal((await ssm.getParameter({ Name: '/c/a' })).Parameter?.Value, '2');
    assert.equal((await ssm.getParameter({ Name: '/c/a:1' })).Parameter?.Value, '1');
    assert.equal(await codeOf(ssm.getParameter({ Name: '/c/a:7' })), 'ParameterVersionNotFound');
    assert.equal(await codeOf(ssm.getParameter({ Name: '/c/b' })), 'ParameterNotFound');
    const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/c/a';
    assert.equal((await ssm.getParameter({ Name: arn })).Parameter?.ARN, arn);
    assert.equal(await codeOf(put('x'.repeat(4097), { Overwrite: true })), 'ValidationException');
    assert.equal(await codeOf(ssm.putParameter({ Name: '/aws/x', Value: 'x', Type: 'String' })), 'ValidationException');
    assert.equal(await codeOf(ssm.putParameter({ Name: '/c/d', Value: 'x' })), 'ValidationException');
  });

  it('shows a SecureString only decrypted, and shares it with machines', async () => {
    const { ssm, region } = labRegion();
    region.host.parameters.put('/c/token', 'SWMTKN-1', 'i-1');
    const hidden = (await ssm.getParameter({ Name: '/c/token' })).Parameter;
    assert.equal(hidden?.Type, 'SecureString');
    assert.ok(hidden?.Value !== undefined && !hidden.Value.includes('SWMTKN'));
    assert.equal((await ssm.getParameter({ Name: '/c/token', WithDecryption: true })).Parameter?.Value, 'SWMTKN-1');
    await ssm.putParameter({ Name: '/c/token', Value: 'SWMTKN-2', Overwrite: true });
    assert.equal(region.host.parameters.get('/c/token', 'i-1'), 'SWMTKN-2');
    assert.equal((await ssm.describeParameters({})).Parameters?.[0]?.KeyId, 'alias/aws/ssm');
  });

  it('reads and deletes many, by name and by path', async () => {
    const { ssm } = labRegion();
    for (const Name of ['/c/a', '/c/b', '/c/d/e']) await ssm.putParameter({ Name, Value: Name, Type: 'String' });
    const many = await ssm.getParameters({ Names: ['/c/a', '/none'] });
    assert.deepEqual([many.Parameters?.length, many.InvalidParameters], [1, ['/none']]);
    const names = async (Recursive: boolean) =>
      (await ssm.getParametersByPath({ Path: '/c', Recursive })).Parameters?.map(({ Name }) => Name);
    assert.deepEqual(await names(false), ['/c/a', '/c/b']);
    assert.deepEqual(await names(true), ['/c/a', '/c/b', '/c/d/e']);
    await ssm.deleteParameter({ Name: '/c/a' });
    assert.equal(await codeOf(ssm.deleteParameter({ Name: '/c/a' })), 'ParameterNotFound');
    assert.deepEqual((await ssm.deleteParameters({ Names: ['/c/a', '/c/b'] })).InvalidParameters, ['/c/a']);
    const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values: ['/c/'] }];
    assert.deepEqual(
      (await ssm.describeParameters({ ParameterFilters })).Parameters?.map(({ Name }) => Name),
      ['/c/d/e'],
    );
  });
});
