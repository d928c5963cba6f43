import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentResult, AgentTask, Host } from '../../../../lab/machines/host.ts';
import { createSimulatedFleet } from '../../../../lab/machines/simulated/fleet.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { seededRandom } from '../../../support/random.ts';

/** Real timers, a hundred times as fast. */
const HASTE = 100;
const clock: Clock = {
  now: () => Date.now() * HASTE,
  monotonic: () => performance.now() * HASTE,
  sleep: (milliseconds, signal) => sleep(milliseconds / HASTE, undefined, { signal }),
};

test('on real timers: a machine boots, begins a Swarm, and nothing is left to wait for after destroy', async () => {
  const fleet = createSimulatedFleet({ clock, random: seededRandom(1) });
  const { promise: agent, resolve: connected } = Promise.withResolvers<(task: AgentTask) => void>();
  const { promise: answer, resolve: reported } = Promise.withResolvers<AgentResult>();
  const order = { instanceId: 'i-1', privateIp: '10.0.0.10', macAddress: '02:00:00:00:00:01', vpcCidr: '10.0.0.0/16' };
  const host: Host = {
    agent: {
      connect(_id, deliver) {
        connected(deliver);
        return () => {};
      },
      report: (_id, result) => reported(result),
    },
    metadata: () => ({
      ...order,
      zone: 'us-east-1a',
      region: 'us-east-1',
      imageId: 'ami-1',
      instanceType: 't4g.small',
      userData: '# everswarm-boot {"volumeId":"vol-1"}',
      tags: {},
      role: undefined,
    }),
    parameters: { get: () => undefined, put: () => 'stored' },
  };
  fleet.plug(host);
  await fleet.prepare(() => {});
  await fleet.createVolume('vol-1', 8);
  await fleet.boot(order);
  await fleet.attach('i-1', 'vol-1');
  const deliver = await agent;
  deliver({
    commandId: 'c-1',
    documentName: 'everswarm-demo-swarm-init',
    parameters: { instances: ['i-1'], fence: ['1'] },
    script: '',
    timeoutSeconds: 60,
  });
  assert.equal((await answer).status, 'Success');
  assert.deepEqual(fleet.swarm.leaders(), ['i-1']);
  await fleet.destroy();
  assert.equal(fleet.machines.size, 0);
});
