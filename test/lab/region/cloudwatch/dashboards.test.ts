import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudWatchClient,
  DeleteDashboardsCommand,
  GetDashboardCommand,
  ListDashboardsCommand,
  ListTagsForResourceCommand,
  PutDashboardCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { createCloudWatchService } from '../../../../lab/region/cloudwatch/service.ts';
import { testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

const BODY = JSON.stringify({
  widgets: [{ type: 'text', x: 0, y: 0, width: 24, height: 2, properties: { markdown: '# hello' } }],
});

function cloudwatch() {
  const service = createCloudWatchService(testContext());
  return { service, client: new CloudWatchClient(clientConfig(service)) };
}

test('a dashboard is kept as it was put, under its name, and put anew in its place', async () => {
  const { client, service } = cloudwatch();
  await client.send(new PutDashboardCommand({ DashboardName: 'demo', DashboardBody: '{"widgets":[]}' }));
  await client.send(new PutDashboardCommand({ DashboardName: 'demo', DashboardBody: BODY }));
  const found = await client.send(new GetDashboardCommand({ DashboardName: 'demo' }));
  assert.equal(found.DashboardBody, BODY);
  assert.match(found.DashboardArn ?? '', /^arn:aws:cloudwatch::\d{12}:dashboard\/demo$/);
  const { DashboardEntries } = await client.send(new ListDashboardsCommand({}));
  assert.deepEqual(
    DashboardEntries?.map(({ DashboardName, Size }) => [DashboardName, Size]),
    [['demo', BODY.length]],
  );
  assert.equal(service.dashboards.find('demo')?.body, BODY);
});

test('what is no dashboard is refused', async () => {
  const { client } = cloudwatch();
  const wide = { type: 'text', width: 25, properties: {} };
  for (const body of ['', 'no JSON', '[]', '{}', JSON.stringify({ widgets: [{ type: 'game', properties: {} }] })]) {
    const put = client.send(new PutDashboardCommand({ DashboardName: 'demo', DashboardBody: body }));
    await assert.rejects(put, { name: 'DashboardInvalidInputError' }, body);
  }
  const tooWide = JSON.stringify({ widgets: [wide] });
  const put = client.send(new PutDashboardCommand({ DashboardName: 'demo', DashboardBody: tooWide }));
  await assert.rejects(put, /width/);
  const named = client.send(new PutDashboardCommand({ DashboardName: 'de mo', DashboardBody: BODY }));
  await assert.rejects(named, { name: 'DashboardInvalidInputError' });
});

test('tags come with the first put, and are changed by their own calls', async () => {
  const { client, service } = cloudwatch();
  const put = (value: string) =>
    client.send(
      new PutDashboardCommand({
        DashboardName: 'demo',
        DashboardBody: BODY,
        Tags: [{ Key: 'state', Value: value }],
      }),
    );
  await put('first');
  await put('ignored');
  const ResourceARN = service.dashboards.find('demo')?.arn;
  const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
  assert.deepEqual(await tags(), [{ Key: 'state', Value: 'first' }]);
  await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'state', Value: 'second' }] }));
  assert.deepEqual(await tags(), [{ Key: 'state', Value: 'second' }]);
});

test('dashboards are deleted together or not at all', async () => {
  const { client, service } = cloudwatch();
  await client.send(new PutDashboardCommand({ DashboardName: 'demo', DashboardBody: BODY }));
  const both = client.send(new DeleteDashboardsCommand({ DashboardNames: ['demo', 'other'] }));
  await assert.rejects(both, { name: 'ResourceNotFound' });
  assert.equal(service.dashboards.list().length, 1);
  await client.send(new DeleteDashboardsCommand({ DashboardNames: ['demo'] }));
  await assert.rejects(client.send(new GetDashboardCommand({ DashboardName: 'demo' })), { name: 'ResourceNotFound' });
});
