import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Context } from 'aws-lambda';

before(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'console',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:console',
  memoryLimitInMB: '512',
  awsRequestId: 'request-1',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 60_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

for (const name of ['console', 'console-orders']) {
  test(`${name} says what it is, as Markdown, before anything is looked at`, async () => {
    const { handler } = await import(`../../../lambdas/${name}/index.ts`);
    assert.match(
      await handler({ describe: true }, context),
      /^## A Swarm that repairs itself\n[^<>]*### Widget parameters/,
    );
  });

  test(`${name} refuses what no dashboard sends`, async () => {
    const { handler } = await import(`../../../lambdas/${name}/index.ts`);
    const event = { order: 'terminate', widgetContext: {} };
    await assert.rejects(handler(event, context), { code: 'WidgetEvent' });
  });
}
