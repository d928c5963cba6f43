import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { altered } from '../spec/samples.ts';
import { launchRecord } from '../store/records.ts';
import { createWorld, properties, request, type World } from './world.ts';

const MANAGERS = '[10.42.0.10, 10.42.1.10, 10.42.2.10]';

/** A cluster in force, some of its pets launched. */
async function deployed(...launched: string[]): Promise<World> {
  const world = createWorld();
  await world.serve(request('Update'));
  const acquisition = await world.store.acquire('reconciler');
  assert.ok(acquisition.acquired);
  for (const id of launched) await world.store.putLaunch(acquisition.lease, launchRecord(`pet/${id}`));
  if (launched.length > 0) {
    await world.store.putLaunch(acquisition.lease, { ...launchRecord('batch/workers/us-east-1a'), group: 'workers' });
  }
  await world.store.release(acquisition.lease, acquisition.wanted);
  return world;
}

function subnetsMoved(): Record<string, unknown> {
  const good = properties();
  const deployment = structuredClone(Object(good['Deployment']));
  deployment.subnets[1].id = 'subnet-new';
  return { ...good, Deployment: deployment };
}

const refusals: [what: string, declared: () => Record<string, unknown>, says: RegExp][] = [
  [
    'makes a manager a worker',
    () => {
      const changed = altered(MANAGERS, '[10.42.0.10]').concat(
        '  pets:\n    flavor: swarm-worker\n    allocation: { logicalIds: [10.42.1.10, 10.42.2.10] }\n',
      );
      const declared = properties(parseSpec(changed));
      const deployment = structuredClone(Object(declared['Deployment']));
      deployment.launchTemplates.pets = { id: 'lt-3', version: '1' };
      return { ...declared, Deployment: deployment };
    },
    /^MachinesUprooted: 10\.42\.1\.10 \(group "managers"\) is no longer a manager; 10\.42\.2\.10 .*Declare it as it was/,
  ],
  [
    'counts workers by address that were counted by size',
    () => properties(parseSpec(altered('allocation: { size: 2 }', 'allocation: { logicalIds: [10.42.0.20] }'))),
    /^MachinesUprooted: group "workers" counts by logical IDs, and did by size: .*under another address or group name/,
  ],
  ['replaces a subnet', subnetsMoved, /^MachinesUprooted: 10\.42\.1\.10 .* would move from subnet-1 to subnet-new/],
];

for (const [what, declared, says] of refusals) {
  test(`an Update that ${what} fails with the reason, and the way back is open`, async () => {
    const world = await deployed('10.42.0.10', '10.42.1.10', '10.42.2.10');
    const before = (await world.store.memory()).committed;
    const outcome = await world.serve(request('Update', declared()));
    assert.equal(outcome.status, 'FAILED');
    assert.match(outcome.status === 'FAILED' ? outcome.reason : '', says);
    assert.deepEqual((await world.store.memory()).committed, before);
    assert.equal(world.answers.at(-1)?.body['PhysicalResourceId'], 'everswarm-demo');
    assert.equal(world.counted('InvokeCommand'), 1);

    // CloudFormation rolls back: it asks for what was there before.
    const back = await world.serve(request('Update'));
    assert.deepEqual(back, { status: 'SUCCESS', data: { Cluster: 'demo', SpecVersion: '1' } });
  });
}

test('more managers and fewer workers are no reason to refuse', async () => {
  const world = await deployed('10.42.0.10', '10.42.1.10', '10.42.2.10');
  const grown = altered(MANAGERS, '[10.42.0.10, 10.42.1.10, 10.42.2.10, 10.42.0.11, 10.42.1.11]').replace(
    'size: 2',
    'size: 0',
  );
  assert.equal((await world.serve(request('Update', properties(parseSpec(grown))))).status, 'SUCCESS');
});
