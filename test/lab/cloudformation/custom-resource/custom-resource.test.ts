import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deleteStack } from '../../../../lab/cloudformation/delete-stack.ts';
import { provision } from '../../../../lab/cloudformation/provision.ts';
import { StackError } from '../../../../lab/cloudformation/stack/stack.ts';
import { answer, createStage, outcomes, type Provider } from '../support/stage.ts';

const ServiceToken = 'arn:aws:lambda:us-east-1:123456789012:function:provider';
const template = {
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Thing: {
      Type: 'Custom::Thing',
      Properties: {
        ServiceToken,
        ServiceTimeout: 1,
        Queue: { Ref: 'Queue' },
        Count: 3,
        Nested: { On: true, List: [1, { Two: 2 }], Nothing: { Ref: 'AWS::NoValue' } },
      },
    },
    Named: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::GetAtt': ['Thing', 'Inner.Name'] } } },
  },
  Outputs: { Id: { Value: { Ref: 'Thing' } }, Name: { Value: { 'Fn::GetAtt': ['Thing', 'Inner.Name'] } } },
};
const data = { Data: { Inner: { Name: 'from-the-provider' } } };

describe('a provider that answers', () => {
  test('gets the request of the protocol and gives id and attributes', async () => {
    const stage = createStage((request) => answer(request, data));
    const stack = await provision(stage.options(template));
    const [request] = stage.requests;
    assert.ok(request !== undefined);
    const { ResponseURL, RequestId, ...rest } = request;
    const queue = stack.resources.find(({ logicalId }) => logicalId === 'Queue');
    assert.match(ResponseURL, /^http:\/\/127\.0\.0\.1:\d+\//);
    assert.match(RequestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      RequestType: 'Create',
      StackId: stack.id,
      ServiceToken,
      ResourceType: 'Custom::Thing',
      LogicalResourceId: 'Thing',
      ResourceProperties: {
        ServiceToken,
        ServiceTimeout: '1',
        Queue: queue?.identity?.physicalId,
        Count: '3',
        Nested: { On: 'true', List: ['1', { Two: '2' }] },
      },
    });
    assert.equal(stack.outputs['Id']?.value, 'thing-1');
    assert.equal(stack.outputs['Name']?.value, 'from-the-provider');
  });

  test('is told of the deletion with its own id, before what its properties need is gone', async () => {
    const stage = createStage((request) => answer(request, data));
    const stack = await provision(stage.options(template));
    const from = stage.events.length;
    await deleteStack({ ...stage.options(template), stack });
    const last = stage.requests.at(-1);
    assert.deepEqual([last?.RequestType, last?.PhysicalResourceId], ['Delete', 'thing-1']);
    assert.deepEqual(outcomes(stage.events.slice(from)), [
      'Named DELETE_COMPLETE',
      'Thing DELETE_COMPLETE',
      'Queue DELETE_COMPLETE',
      'Demo DELETE_COMPLETE',
    ]);
  });

  test('may mark its data as secret', async () => {
    const stage = createStage((request) => answer(request, { ...data, NoEcho: true }));
    const stack = await provision(stage.options(template));
    assert.equal(stack.resources.find(({ logicalId }) => logicalId === 'Thing')?.identity?.noEcho, true);
  });
});

/** Creates as `provider` says; deletions go well. */
async function failure(provider: Provider) {
  const stage = createStage((request) => (request.RequestType === 'Delete' ? answer(request) : provider(request)));
  const error: unknown = await provision(stage.options(template)).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof StackError, String(error));
  const deletion = stage.requests.find((request) => request.RequestType === 'Delete');
  return { message: error.message, status: error.left.status, deleted: deletion?.PhysicalResourceId };
}

describe('a provider that does not', () => {
  test('FAILED: the stack is rolled back with its reason, and it deletes what it made', async () => {
    const found = await failure((request) =>
      answer(request, { Status: 'FAILED', Reason: 'no quorum', PhysicalResourceId: 'thing-2' }),
    );
    assert.match(
      found.message,
      /Thing \(Custom::Thing\): Received response status \[FAILED\] from custom resource\. Message returned: no quorum/,
    );
    assert.deepEqual([found.status, found.deleted], ['ROLLBACK_COMPLETE', 'thing-2']);
  });

  test('silence: after ServiceTimeout, and it deletes by the generated id', async () => {
    const found = await failure(() => undefined);
    assert.match(found.message, /did not receive a response from your Custom Resource within 1 s/);
    assert.match(String(found.deleted), /^Demo-Thing-[A-Z0-9]{12}$/);
  });

  const unusable: readonly (readonly [string, Provider, RegExp])[] = [
    ['no JSON', () => 'hello', /not JSON/],
    ['no physical id', (request) => answer(request, { PhysicalResourceId: '' }), /PhysicalResourceId/],
    ["another request's id", (request) => answer(request, { RequestId: 'other' }), /RequestId is "other"/],
    ['too long', (request) => answer(request, { Data: { A: 'x'.repeat(5000) } }), /Response object is too long/],
    ['an unknown status', (request) => answer(request, { Status: 'MAYBE' }), /Status/],
  ];
  for (const [what, provider, says] of unusable) {
    test(`an answer that can't be used: ${what}`, async () => {
      const { message, status } = await failure(provider);
      assert.match(message, says);
      assert.equal(status, 'ROLLBACK_COMPLETE');
    });
  }

  test('an attribute that it did not give is an error of who asks for it', async () => {
    const { message } = await failure((request) => answer(request));
    assert.match(
      message,
      /Resources\.Named\.Properties\.QueueName\.Fn::GetAtt: "Thing" has no attribute "Inner\.Name"/,
    );
  });

  test('a failed deletion leaves the stack DELETE_FAILED, with all that the resource needs', async () => {
    const stage = createStage((request) =>
      answer(request, request.RequestType === 'Delete' ? { Status: 'FAILED', Reason: 'still busy' } : data),
    );
    const stack = await provision(stage.options(template));
    const error: unknown = await deleteStack({ ...stage.options(template), stack }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof StackError);
    assert.match(error.message, /still busy/);
    const states = Object.fromEntries(error.left.resources.map(({ logicalId, status }) => [logicalId, status]));
    assert.deepEqual(states, { Queue: 'CREATE_COMPLETE', Thing: 'DELETE_FAILED', Named: 'DELETE_COMPLETE' });
  });
});

test('called off while a provider works: rolled back, and it is told to delete', async () => {
  const calling = new AbortController();
  const stage = createStage((request) => {
    if (request.RequestType === 'Delete') {
      return answer(request);
    }
    calling.abort(new Error('Ctrl-C'));
    return undefined;
  });
  const started = performance.now();
  await assert.rejects(provision(stage.options(template, { signal: calling.signal })), StackError);
  assert.ok(performance.now() - started < 900, 'it does not wait for the timeout');
  assert.deepEqual(
    stage.requests.map((request) => request.RequestType),
    ['Create', 'Delete'],
  );
});

test('answers that nobody waits for are refused', async () => {
  const statuses: number[] = [];
  const stage = createStage((request) => {
    if (request.RequestType === 'Create') {
      const { origin } = new URL(request.ResponseURL);
      void Promise.all([
        fetch(`${origin}/other`, { method: 'PUT', body: '{}' }).then(({ status }) => statuses.push(status)),
        fetch(request.ResponseURL).then(({ status }) => statuses.push(status)),
      ]);
    }
    return answer(request, data);
  });
  await provision(stage.options(template));
  assert.deepEqual(statuses, [403, 403]);
});
