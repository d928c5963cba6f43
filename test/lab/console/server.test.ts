import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudWatchClient, PutDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { createConsole } from '../../../lab/console/console.ts';
import { createCloudWatchService } from '../../../lab/region/cloudwatch/service.ts';
import { testContext } from '../region/support/context.ts';
import { clientConfig } from '../region/support/service-handler.ts';

const ENDPOINT = 'arn:aws:lambda:us-east-1:123456789012:function:draw';
const BODY = JSON.stringify({
  widgets: [
    { type: 'custom', width: 24, height: 9, properties: { title: 'map', endpoint: ENDPOINT, params: { a: 1 } } },
    {
      type: 'metric',
      x: 6,
      y: 9,
      properties: {
        title: 'graph',
        metrics: [['Everswarm', 'Throttles', 'Cluster', 'demo', { label: 'refused', stat: 'Sum', period: 60 }]],
        yAxis: { left: { label: 'calls' } },
      },
    },
    { type: 'text', properties: { markdown: '# hello' } },
    { type: 'log', properties: { query: 'x' } },
  ],
});

/** A console over one dashboard, whose functions answer with their payload. */
async function consoleOver(failing = false) {
  const context = testContext();
  const cloudwatch = createCloudWatchService(context);
  const client = new CloudWatchClient(clientConfig(cloudwatch));
  await client.send(new PutDashboardCommand({ DashboardName: 'demo', DashboardBody: BODY }));
  const paths: string[] = [];
  const lambda = new LambdaClient(
    clientConfig({
      names: ['lambda'],
      async handle({ path, body }) {
        paths.push(decodeURIComponent(path));
        const headers: Record<string, string> = failing ? { 'x-amz-function-error': 'Unhandled' } : {};
        return { status: 200, headers, body };
      },
    }),
  );
  const { dashboards, metrics } = cloudwatch;
  const answer = createConsole({ clock: context.clock, dashboards, metrics, lambda });
  const request = async (method: string, path: string, body = '', type = 'application/json') => {
    const response = await answer({ method, path, query: {}, headers: { 'content-type': type }, body });
    return { ...response, value: (): unknown => JSON.parse(response.body) };
  };
  return { context, metrics, paths, request };
}

test('widgets are told with their place, graphs with what was measured', async () => {
  const { context, metrics, request } = await consoleOver();
  const id = { namespace: 'Everswarm', name: 'Throttles', dimensions: { Cluster: 'demo' } };
  for (const secondsAgo of [30, 40, 150]) metrics.put(id, 2, context.clock.now() - secondsAgo * 1000);
  const { widgets }: { widgets: Record<string, unknown>[] } = Object(
    (await request('GET', '/_lab/console/dashboards/demo')).value(),
  );
  assert.deepEqual(
    widgets.map(({ x, y, width, height, title }) => [x, y, width, height, title]),
    [
      [0, 0, 24, 9, 'map'],
      [6, 9, 6, 6, 'graph'],
      [0, 0, 6, 6, ''],
      [0, 0, 6, 6, ''],
    ],
  );
  const [map, graph, text, log] = widgets.map(({ content }) => Object(content));
  assert.deepEqual(map, { kind: 'custom', endpoint: ENDPOINT, params: { a: 1 } });
  assert.equal(graph.unit, 'calls');
  assert.equal(graph.lines[0].label, 'refused');
  assert.deepEqual(graph.lines[0].values.slice(-3), [2, null, 4]);
  assert.deepEqual(
    [text, log],
    [
      { kind: 'text', markdown: '# hello' },
      { kind: 'other', type: 'log' },
    ],
  );
});

test('a widget’s function is invoked with the event, and its answer or its error told', async () => {
  const event = { widgetContext: { theme: 'dark' } };
  const call = JSON.stringify({ endpoint: ENDPOINT, event });
  const good = await consoleOver();
  assert.deepEqual((await good.request('POST', '/_lab/console/call', call)).value(), { answer: event });
  assert.ok(good.paths[0]?.includes(ENDPOINT));
  const bad = await consoleOver(true);
  assert.deepEqual((await bad.request('POST', '/_lab/console/call', call)).value(), { error: event });
});

test('a page of another origin can have nothing invoked', async () => {
  const { request, paths } = await consoleOver();
  const call = JSON.stringify({ endpoint: ENDPOINT, event: {} });
  assert.equal((await request('POST', '/_lab/console/call', call, 'text/plain')).status, 415);
  assert.deepEqual(paths, []);
});

test('only its own files are served, and under a policy that runs no other script', async () => {
  const { request } = await consoleOver();
  for (const path of ['page/..%2fconsole.ts', 'page/console.ts', 'page/index.html', 'dashboards/other']) {
    assert.equal((await request('GET', `/_lab/console/${path}`)).status, 404, path);
  }
  for (const path of ['', '/demo', '/page/clean.js']) {
    const { status, headers } = await request('GET', `/_lab/console${path}`);
    assert.equal(status, 200, path);
    assert.match(headers['content-security-policy'] ?? '', /^default-src 'self';/);
  }
  assert.equal((await request('DELETE', '/_lab/console/dashboards/demo')).status, 405);
  assert.equal((await request('POST', '/_lab/console/call', '{}')).status, 400);
});
