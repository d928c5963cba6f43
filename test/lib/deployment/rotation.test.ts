import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomeWhole, createWorld, properties, request } from './world.ts';

test('how old join tokens become is read from text, as CloudFormation sends it, and is no change the next time', async () => {
  const world = createWorld();
  const { Deployment: deployment, ...others } = properties();
  const asked = { ...others, Deployment: { ...Object(deployment), tokenRotationHours: '12' } };
  const whole = becomeWhole(world, 1, 1_000);
  assert.equal((await world.serve(request('Create', asked))).status, 'SUCCESS');
  await whole;
  assert.equal((await world.store.memory()).committed?.deployment.tokenRotationHours, 12);
  assert.equal((await world.serve(request('Update', asked, asked))).status, 'SUCCESS');
  assert.equal((await world.store.memory()).committed?.version, 1);
});
