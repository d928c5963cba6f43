import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeploymentError } from '../../../lib/deployment/errors.ts';
import { createWorld, properties, request, type World } from './world.ts';

/** Machines of ours and of somebody else's, which no request made up at random may end. */
function occupied(): World {
  const world = createWorld();
  world.addInstance('i-00000001');
  world.addInstance('i-00000002', 'running', 'other');
  return world;
}

function assertNothingDestroyed(world: World): void {
  assert.equal(world.counted('TerminateInstancesCommand'), 0);
  assert.equal(world.counted('DeleteParametersCommand'), 0);
  for (const { State } of world.instances.values()) assert.equal(State?.Name, 'running');
}

test('an event of any shape that is no request is refused, and nobody is answered', async () => {
  const names = fc.constantFrom(
    'RequestType',
    'ResponseURL',
    'StackId',
    'ResourceProperties',
    '__proto__',
    'constructor',
  );
  const event = fc.oneof(fc.anything(), fc.dictionary(fc.oneof(names, fc.string()), fc.anything()));
  await fc.assert(
    fc.asyncProperty(event, async (value) => {
      const world = occupied();
      await assert.rejects(world.serve(value), (error) => {
        assert.ok(error instanceof DeploymentError);
        return error.code === 'InvalidRequest';
      });
      assert.deepEqual(world.answers, []);
      assert.deepEqual(world.calls, []);
    }),
    { numRuns: 300 },
  );
});

test('a request with any field of another shape is refused or answered, never both, and destroys nothing', async () => {
  const whole = request('Create');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(whole)), fc.anything(), async (name, value) => {
      const world = occupied();
      try {
        await world.serve({ ...whole, [name]: value });
        assert.equal(world.answers.length, 1);
      } catch (error) {
        assert.ok(error instanceof DeploymentError, String(error));
        assert.equal(world.answers.length, 0);
      }
      assertNothingDestroyed(world);
    }),
    { numRuns: 200 },
  );
});

test('properties of any shape are answered once with what is wrong, nothing is put in force, and nothing destroyed', async () => {
  const names = Object.keys(properties()).filter((name) => name !== 'ServiceToken');
  const changed = fc
    .tuple(fc.constantFrom(...names), fc.anything())
    .map(([name, value]) => ({ ...properties(), [name]: value }));
  const anything = fc.dictionary(fc.oneof(fc.constantFrom(...names, '__proto__'), fc.string()), fc.anything());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('Create', 'Update'), fc.oneof(changed, anything), async (type, made) => {
      const world = occupied();
      const outcome = await world.serve(request(type === 'Create' ? 'Create' : 'Update', made));
      assert.equal(outcome.status, 'FAILED');
      assert.match(outcome.reason, /^(InvalidRequest|InvalidSpec)/);
      assert.equal(world.answers.length, 1);
      assert.equal((await world.store.memory()).committed, undefined);
      assertNothingDestroyed(world);
    }),
    { numRuns: 300 },
  );
});

test("a Delete that does not name the function's own cluster ends nothing", async () => {
  const cluster = fc.anything().filter((value) => value !== 'demo');
  await fc.assert(
    fc.asyncProperty(cluster, async (Cluster) => {
      const world = occupied();
      const outcome = await world.serve(request('Delete', { ...properties(), Cluster }));
      assert.ok(outcome.status === 'SUCCESS' || /^InvalidRequest/.test(outcome.reason), JSON.stringify(outcome));
      assert.equal(world.answers.length, 1);
      assertNothingDestroyed(world);
    }),
    { numRuns: 300 },
  );
});
