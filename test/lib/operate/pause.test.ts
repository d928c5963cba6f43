import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pauseController, resumeController } from '../../../lib/operate/pause.ts';
import { look } from '../../../lib/operate/situation.ts';
import { instanceId, terminate, wholeCluster } from '../../support/cluster.ts';
import { createOperateWorld } from './world.ts';

test('a paused controller would do nothing, and says who paused it and why', async () => {
  const cluster = wholeCluster();
  terminate(cluster, instanceId(101));
  const { operator, lastEvent, wakes, calls } = await createOperateWorld(cluster);
  assert.notDeepEqual((await look(operator, { ask: true })).plan.actions, []);

  await pauseController(operator, 'the disk array is being moved');

  const { plan } = await look(operator, { ask: true });
  assert.deepEqual(plan.actions, []);
  const held = plan.held.find(({ rule }) => rule === 'paused');
  assert.match(held?.reason ?? '', /paused by ana@laptop .* the disk array is being moved/);
  assert.equal(await lastEvent(), 'action pause demo: the disk array is being moved (by ana@laptop)');
  assert.equal(await wakes(), 1);
  assert.deepEqual(calls, ['InvokeCommand']);
});

test('a resumed controller goes on, and the log says whose pause it was', async () => {
  const cluster = wholeCluster();
  terminate(cluster, instanceId(101));
  const { operator, lastEvent } = await createOperateWorld(cluster);
  await pauseController(operator, 'for the audit');

  const ended = await resumeController({ ...operator, by: 'bo@desk' });

  assert.equal(ended.reason, 'for the audit');
  assert.notDeepEqual((await look(operator, { ask: true })).plan.actions, []);
  assert.equal(await lastEvent(), 'action resume demo: it was paused by ana@laptop: for the audit (by bo@desk)');
});

test('a controller that is not paused is not resumed', async () => {
  const { operator, wakes } = await createOperateWorld();
  await assert.rejects(resumeController(operator), { code: 'NotPaused' });
  assert.equal(await wakes(), 0);
});
