import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';

/*
 * The handler as it is deployed, with the SDK's clients talking to a table on loopback whose lease is always taken: one
 * call wakes, the other finds the lease taken. Nothing of an event may change that, least of all one that throws when it is read.
 */
const requests: string[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body: { UpdateExpression?: string } = JSON.parse(Buffer.concat(chunks).toString());
    requests.push(body.UpdateExpression ?? '');
    const taken = body.UpdateExpression?.startsWith('SET #owner') === true;
    response.writeHead(taken ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    const item = { owner: { S: 'another' }, fence: { N: '7' }, leaseUntil: { N: '9999999999999' }, wanted: { N: '1' } };
    const denied = { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', Item: item };
    response.end(JSON.stringify(taken ? denied : {}));
  });
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    EVERSWARM_CLUSTER: 'demo',
    EVERSWARM_TABLE: 'table',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'reconcile',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:reconcile',
  memoryLimitInMB: '256',
  awsRequestId: 'request-1',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 300_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

/** Throws whatever is asked of it. */
function untouchable(): object {
  const touched = () => {
    throw new Error('the event was read');
  };
  return new Proxy(
    {},
    { get: touched, has: touched, ownKeys: touched, getOwnPropertyDescriptor: touched, getPrototypeOf: touched },
  );
}

async function wake(event: unknown): Promise<void> {
  const { handler } = await import('../../../lambdas/reconcile/index.ts');
  requests.length = 0;
  assert.deepEqual(await handler(event, context), { outcome: 'busy', owner: 'another' });
  assert.equal(requests.length, 2, requests.join('; '));
  assert.equal(requests[0], 'ADD wanted :one');
}

test('an event that can not be read wakes as well', () => wake(untouchable()));

test('an event of any shape wakes, and does nothing else', async () => {
  const fields = fc.constantFrom(
    'source',
    'id',
    'detail-type',
    'detail',
    'instance-id',
    'action',
    'RequestType',
    '__proto__',
    'toJSON',
  );
  const eventLike = fc.dictionary(fc.oneof(fields, fc.string()), fc.anything());
  await fc.assert(fc.asyncProperty(fc.oneof(fc.anything(), eventLike), wake), { numRuns: 150 });
});
