import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { provision } from '../../../../lab/cloudformation/provision.ts';
import { type Stack, StackError } from '../../../../lab/cloudformation/stack/stack.ts';
import { updateStack } from '../../../../lab/cloudformation/update-stack.ts';
import { answer, createStage, type Provider, type Stage } from '../support/stage.ts';

const ServiceToken = 'arn:aws:lambda:us-east-1:123456789012:function:provider';
const thing = (properties: object) => ({ Type: 'Custom::Thing', Properties: { ServiceToken, ...properties } });

async function created(resources: object, provider: Provider): Promise<{ stage: Stage; stack: Stack }> {
  const stage = createStage(provider);
  return { stage, stack: await provision(stage.options({ Resources: resources })) };
}

function update(stage: Stage, stack: Stack, resources: object): Promise<Stack> {
  return updateStack({ ...stage.options({ Resources: resources }), stack });
}

async function failure(run: Promise<unknown>): Promise<StackError> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof StackError, String(error));
  assert.equal(error.code, 'StackUpdateFailed');
  return error;
}

describe('a custom resource in an update', () => {
  const byName: Provider = (request) =>
    answer(request, { PhysicalResourceId: `thing-${request.ResourceProperties['Name']}` });

  test('is asked only when its properties have changed, with the former ones and its id', async () => {
    const { stage, stack } = await created({ Thing: thing({ Name: 'a', Count: 1 }) }, byName);
    const same = await update(stage, stack, { Thing: thing({ Name: 'a', Count: 1 }) });
    assert.equal(stage.requests.length, 1);
    await update(stage, same, { Thing: thing({ Name: 'a', Count: 2 }) });
    const { RequestType, PhysicalResourceId, ResourceProperties, OldResourceProperties } = stage.requests[1] ?? {};
    assert.deepEqual([RequestType, PhysicalResourceId], ['Update', 'thing-a']);
    assert.deepEqual(ResourceProperties, { ServiceToken, Name: 'a', Count: '2' });
    assert.deepEqual(OldResourceProperties, { ServiceToken, Name: 'a', Count: '1' });
    assert.equal(stage.requests.length, 2);
  });

  test('with another id is another one: the former is deleted by its own id and properties', async () => {
    const { stage, stack } = await created({ Thing: thing({ Name: 'a' }) }, byName);
    const updated = await update(stage, stack, { Thing: thing({ Name: 'b' }) });
    assert.equal(updated.resources[0]?.identity?.physicalId, 'thing-b');
    const asked = stage.requests.map((each) => [
      each.RequestType,
      each.PhysicalResourceId,
      each.ResourceProperties['Name'],
    ]);
    assert.deepEqual(asked, [
      ['Create', undefined, 'a'],
      ['Update', 'thing-a', 'b'],
      ['Delete', 'thing-a', 'a'],
    ]);
  });

  test('is told to go back when it fails, and when another one does', async () => {
    const refusing: Provider = (request) =>
      request.ResourceProperties['Name'] === 'bad'
        ? answer(request, { Status: 'FAILED', Reason: 'bad name' })
        : answer(request);
    const { stage, stack } = await created({ Thing: thing({ Name: 'good' }) }, refusing);
    const error = await failure(update(stage, stack, { Thing: thing({ Name: 'bad' }) }));
    assert.match(error.message, /bad name/);
    const last = stage.requests.at(-1);
    assert.deepEqual([last?.RequestType, last?.ResourceProperties['Name']], ['Update', 'good']);
    assert.equal(last?.OldResourceProperties?.['Name'], 'bad');
    assert.equal(error.left.status, 'UPDATE_ROLLBACK_COMPLETE');
  });

  test('can not get another provider', async () => {
    const { stage, stack } = await created({ Thing: thing({}) }, (request) => answer(request));
    const other = { Type: 'Custom::Thing', Properties: { ServiceToken: `${ServiceToken}-2` } };
    const error = await failure(update(stage, stack, { Thing: other }));
    assert.match(error.message, /Updates are not supported for ServiceToken/);
  });
});
