import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  consoleEnvironment,
  deploymentEnvironment,
  EnvironmentError,
  reconcileEnvironment,
} from '../../lambdas/environment.ts';

const WHOLE = { EVERSWARM_CLUSTER: 'demo', EVERSWARM_TABLE: 'table', EVERSWARM_RECONCILE_FUNCTION: 'reconcile' };

test('a whole environment is read', () => {
  assert.deepEqual(reconcileEnvironment(WHOLE), { cluster: 'demo', table: 'table' });
  assert.deepEqual(deploymentEnvironment(WHOLE), { cluster: 'demo', table: 'table', reconcileFunction: 'reconcile' });
  const ordersFunction = 'arn:aws:lambda:us-east-1:123456789012:function:orders';
  assert.deepEqual(consoleEnvironment({ ...WHOLE, EVERSWARM_ORDERS_FUNCTION: ordersFunction }), {
    ...deploymentEnvironment(WHOLE),
    ordersFunction,
  });
});

test('everything that is missing or wrong is named', () => {
  assert.throws(
    () => deploymentEnvironment({ EVERSWARM_CLUSTER: 'De mo' }),
    (error) => {
      assert.ok(error instanceof EnvironmentError);
      assert.equal(error.code, 'InvalidEnvironment');
      for (const name of Object.keys(WHOLE)) assert.match(error.message, new RegExp(name));
      return true;
    },
  );
  assert.throws(() => consoleEnvironment(WHOLE), /EVERSWARM_ORDERS_FUNCTION/);
  assert.throws(() => reconcileEnvironment({ ...WHOLE, EVERSWARM_TABLE: '' }), EnvironmentError);
});
