import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GarbledEntryError } from '../../../lib/aws/cluster-directory.ts';
import { OperateError } from '../../../lib/operate/errors.ts';
import { locateCluster } from '../../../lib/operate/locate.ts';
import { awsError, fakeSsm } from '../../support/fake-aws.ts';

function accountWith(...clusters: readonly string[]) {
  const calls: string[] = [];
  const parameters = clusters.map((cluster) => ({
    Name: `/everswarm-clusters/${cluster}`,
    Value: JSON.stringify({ table: `table-${cluster}`, reconcileFunction: `function-${cluster}`, later: 1 }),
  }));
  const ssm = fakeSsm((command, input) => {
    calls.push(command);
    if (command === 'GetParametersByPathCommand') return { $metadata: {}, Parameters: parameters };
    const Parameter = parameters.find((one) => 'Name' in input && one.Name === input.Name);
    if (Parameter === undefined) throw awsError('ParameterNotFound');
    return { $metadata: {}, Parameter };
  });
  return { ssm, calls, parameters };
}

const DEMO = { cluster: 'demo', table: 'table-demo', reconcileFunction: 'function-demo' };

function refused(code: OperateError['code'], says: RegExp, remedy: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OperateError);
    assert.equal(error.code, code);
    assert.match(`${error.message}. ${error.remedy}`, says);
    assert.match(error.remedy, remedy);
    return true;
  };
}

test('a named cluster takes one call', async () => {
  const { ssm, calls } = accountWith('demo', 'prod');
  assert.deepEqual(await locateCluster(ssm, 'demo'), DEMO);
  assert.deepEqual(calls, ['GetParameterCommand']);
});

test('the only one there is needs no name; of several one must be named', async () => {
  assert.deepEqual(await locateCluster(accountWith('demo').ssm, undefined), DEMO);
  await assert.rejects(
    locateCluster(accountWith('prod', 'demo').ssm, undefined),
    refused('WhichCluster', /there are 2 clusters .*demo, prod/, /--cluster.*EVERSWARM_CLUSTER/),
  );
});

test('one that is not there is told apart from none at all, and a slip is guessed', async () => {
  await assert.rejects(
    locateCluster(accountWith().ssm, undefined),
    refused('NoCluster', /no cluster in/, /AWS_REGION/),
  );
  await assert.rejects(
    locateCluster(accountWith().ssm, 'demo'),
    refused('NoCluster', /"demo", nor any/, /AWS_PROFILE/),
  );
  await assert.rejects(
    locateCluster(accountWith('demo').ssm, 'demoo'),
    refused('NoCluster', /there is demo/, /^Did you mean --cluster demo\?$/),
  );
});

test('an entry that is none is an error of its own', async () => {
  const { ssm, parameters } = accountWith('demo');
  const [entry] = parameters;
  assert.ok(entry !== undefined);
  for (const value of ['', 'x', '{}', '{"table":"","reconcileFunction":"f"}']) {
    entry.Value = value;
    await assert.rejects(locateCluster(ssm, 'demo'), GarbledEntryError);
  }
});
