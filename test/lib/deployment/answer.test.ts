import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { answer, putWithFetch } from '../../../lib/deployment/answer.ts';
import { DeploymentError } from '../../../lib/deployment/errors.ts';
import { parseRequest } from '../../../lib/deployment/request.ts';
import { createWorld, request } from './world.ts';

const quick = { clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined } };

test('what is no request of CloudFormation is an error without its values', async () => {
  const world = createWorld();
  await assert.rejects(world.serve({ ResponseURL: 'secret-url', RequestType: 'Create' }), (error) => {
    assert.ok(error instanceof DeploymentError);
    assert.equal(error.code, 'InvalidRequest');
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.equal(world.answers.length, 0);
});

test('the answer is tried again when the other side has trouble', async () => {
  const world = createWorld();
  world.statuses.push(503, 500);
  await world.serve(request('Update'));
  assert.equal(world.answers.length, 3);
});

test('an answer that is not taken is an error without the URL, so that the request comes again', async () => {
  const world = createWorld();
  world.statuses.push(403);
  await assert.rejects(world.serve(request('Update')), (error) => {
    assert.ok(error instanceof DeploymentError);
    assert.equal(error.code, 'AnswerNotDelivered');
    assert.doesNotMatch(error.message, /secret|answers\.example/);
    return true;
  });
  assert.equal(world.answers.length, 1);
});

test('a network error is tried again, then told', async () => {
  let attempts = 0;
  const put = async () => {
    attempts += 1;
    throw new TypeError('fetch failed for https://answers.example/secret');
  };
  const sent = answer(parseRequest(request('Create')), 'id', { status: 'SUCCESS', data: {} }, { ...quick, put });
  await assert.rejects(sent, (error) => error instanceof DeploymentError && !error.message.includes('secret'));
  assert.equal(attempts, 5);
});

test('a long reason is cut to what CloudFormation takes', async () => {
  let body = '';
  const put = async (_: string, sent: string) => {
    body = sent;
    return 200;
  };
  const reason = 'ä"\n'.repeat(5_000);
  await answer(
    parseRequest(request('Create')),
    'id',
    { status: 'FAILED', code: 'NotWhole', reason },
    { ...quick, put },
  );
  assert.ok(Buffer.byteLength(body) <= 4096);
  assert.match(JSON.parse(body).Reason, /…$/);
});

test('it goes out as a PUT without content type, as the URL was signed', async () => {
  const seen: { method: string | undefined; type: string | undefined; body: string }[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => {
      body += chunk;
    });
    incoming.on('end', () => {
      seen.push({ method: incoming.method, type: incoming.headers['content-type'], body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  assert.equal(await putWithFetch(`http://127.0.0.1:${port}/x`, '{"a":"ä"}'), 200);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(seen, [{ method: 'PUT', type: undefined, body: '{"a":"ä"}' }]);
});
