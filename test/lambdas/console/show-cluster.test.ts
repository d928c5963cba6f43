import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showCluster } from '../../../lambdas/console/show-cluster.ts';
import { carryOut } from '../../../lambdas/console-orders/carry-out.ts';
import type { Viewer } from '../../../lib/console/widget-event.ts';
import type { Operator } from '../../../lib/operate/operator.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import { createOperateWorld } from '../../lib/operate/world.ts';
import { instanceId } from '../../support/cluster.ts';
import { awsError } from '../../support/fake-aws.ts';

const viewer: Viewer = { theme: 'dark', utcOffset: 0, timeZone: 'UTC' };
const endpoint = 'arn:aws:lambda:us-east-1:123456789012:function:orders';

function show(operator: Operator): Promise<string> {
  return showCluster({ operator, viewer, endpoint });
}

test('the machines are asked, and what they say is drawn in the viewer’s theme', async () => {
  const { operator, asked, calls } = await createOperateWorld();
  const html = await show(operator);
  assert.match(html, /class="es dark"/);
  assert.match(html, /✓ Whole/);
  assert.equal(asked.length > 0, true);
  assert.deepEqual(calls, [], 'nothing but looked at');
});

test('who looks does not wait for machines that don’t answer', async () => {
  const { operator, clock } = await createOperateWorld();
  const silent: Operator = { ...operator, probe: () => new Promise(() => {}) };
  const shown = show(silent);
  await clock.advance(20_000);
  assert.match(await shown, /Machines not asked/);
});

test('what ends the asking after nobody waits for it ends nothing else', async () => {
  const { operator, clock } = await createOperateWorld();
  const late: Operator = {
    ...operator,
    async probe() {
      await clock.sleep(16_000);
      throw awsError('ThrottlingException');
    },
  };
  const shown = show(late);
  await clock.advance(20_000);
  assert.match(await shown, /Machines not asked/);
});

test('a cluster that was never declared is told of, with what to do; what nobody can act on is thrown on', async () => {
  const { operator, clock } = await createOperateWorld();
  const empty = createMemoryStore({ clock, cluster: 'demo' });
  const html = await show({ ...operator, store: empty });
  assert.match(html, /no spec was ever committed/);
  assert.match(html, /deploy it again/);
  const broken: Operator = { ...operator, observe: () => Promise.reject(awsError('AuthFailure')) };
  await assert.rejects(show(broken), { name: 'AuthFailure' });
});

test('Reconcile now wakes the controller, and the event log says who pressed it', async () => {
  const { operator, lastEvent, wakes, calls } = await createOperateWorld();
  const notice = await carryOut({ ...operator, by: 'console, request 4711' }, { order: 'reconcile' });
  assert.equal(notice.tone, 'good');
  assert.equal(await lastEvent(), 'woken reconcile demo: asked to look now (by console, request 4711)');
  assert.equal(await wakes(), 1);
  assert.deepEqual(calls, ['InvokeCommand']);
});

test('Pause and Resume change what the next picture offers', async () => {
  const { operator } = await createOperateWorld();
  await carryOut(operator, { order: 'pause', reason: 'the audit' });
  const paused = await show(operator);
  assert.match(paused, /Paused by ana@laptop.*the audit/);
  assert.match(paused, />Resume</);
  assert.doesNotMatch(paused, />Pause</);
  await carryOut(operator, { order: 'resume' });
  assert.match(await show(operator), />Pause</);
});

test('Replace orders it of the machine that was shown, and of none that took its place', async () => {
  const { operator, store } = await createOperateWorld();
  const notice = await carryOut(operator, { order: 'replace', instanceId: instanceId(102) });
  assert.equal(notice.tone, 'good');
  const order = (await store.memory()).records.orders?.get(instanceId(102));
  assert.deepEqual([order?.what, order?.by], ['replace', 'ana@laptop']);
  const late = await carryOut(operator, { order: 'replace', instanceId: instanceId(999) });
  assert.equal(late.tone, 'bad');
  assert.match(late.text, /^Not done: /);
});

test('an order that can’t be carried out is refused in words', async () => {
  const { operator } = await createOperateWorld();
  const notice = await carryOut(operator, { order: 'resume' });
  assert.deepEqual(notice.tone, 'bad');
  assert.match(notice.text, /^Not done: the controller of .*demo.* is not paused/);
});
