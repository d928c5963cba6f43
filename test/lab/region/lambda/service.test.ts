import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  type InvokeCommandOutput,
  LambdaClient,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { createLambdaService, type LambdaService } from '../../../../lab/region/lambda/service.ts';
import { LogStore } from '../../../../lab/region/logs/log-store.ts';
import { createSqsService, type SqsService } from '../../../../lab/region/sqs/service.ts';
import { type TestContext, testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

/** Does what its event says. */
const CODE = `
let served = 0;
export async function handler(event, context) {
  served += 1;
  if (event.say) console.log(event.say);
  if (event.fail) throw new TypeError(event.fail);
  if (event.exit) process.exit(event.exit);
  if (event.exitAfter) setTimeout(() => process.exit(1), event.exitAfter);
  if (event.sleep) await new Promise((resolve) => setTimeout(resolve, event.sleep));
  return { served, pid: process.pid, env: event.env ? process.env : undefined,
    remaining: context.getRemainingTimeInMillis(), arn: context.invokedFunctionArn, id: context.awsRequestId };
}
`;
const ROLE = 'arn:aws:iam::123456789012:role/service/runner';

interface Answer {
  readonly served: number;
  readonly pid: number;
  readonly env: Record<string, string>;
  readonly remaining: number;
  readonly arn: string;
  readonly id: string;
}

describe('Lambda', () => {
  let directory: string;
  let context: TestContext;
  let sqs: SqsService;
  let service: LambdaService;
  let client: LambdaClient;
  let logs: LogStore;
  const faults: unknown[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lambda-test-'));
    await writeFile(join(directory, 'index.mjs'), CODE);
    await writeFile(join(directory, 'broken.mjs'), 'throw new RangeError("cannot start");');
    context = testContext();
    logs = new LogStore(context.clock);
    sqs = createSqsService(context, () => 'http://127.0.0.1:1');
    service = createLambdaService({
      context,
      logs,
      queues: sqs.queues,
      credentials: () => ({ accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'session' }),
      endpoint: () => 'http://127.0.0.1:4566',
      background: (_what, work) => {
        work.catch((error: unknown) => faults.push(error));
      },
      retryDelaysMs: [10, 20],
    });
    service.assets.register('assets', 'code.zip', directory);
    client = new LambdaClient(clientConfig(service));
  });

  after(async () => {
    await service.stop();
    await rm(directory, { recursive: true });
    assert.deepEqual(faults, []);
  });

  async function create(
    name: string,
    more: { Timeout?: number; MemorySize?: number; Handler?: string } = {},
  ): Promise<void> {
    await client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { S3Bucket: 'assets', S3Key: 'code.zip' },
        Environment: { Variables: { MY_OWN: 'yes' } },
        Architectures: ['arm64'],
        ...more,
      }),
    );
  }

  async function invoke(name: string, event: object, type: 'Event' | 'RequestResponse' = 'RequestResponse') {
    return client.send(
      new InvokeCommand({
        FunctionName: name,
        Payload: Buffer.from(JSON.stringify(event)),
        InvocationType: type,
        LogType: 'Tail',
      }),
    );
  }

  function answer(output: InvokeCommandOutput): Answer {
    assert.equal(output.FunctionError, undefined, output.Payload?.transformToString());
    return JSON.parse(output.Payload?.transformToString() ?? '');
  }

  function errorOf(output: InvokeCommandOutput): { errorType: string; errorMessage: string } {
    assert.equal(output.FunctionError, 'Unhandled');
    return JSON.parse(output.Payload?.transformToString() ?? '');
  }

  async function until(done: () => boolean): Promise<void> {
    const limit = performance.now() + 10_000;
    while (!done()) {
      assert.ok(performance.now() < limit, 'waited 10 s in vain');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it("answers, keeps the process warm, and gives it the function's environment and nothing else", async () => {
    await create('warm', { Timeout: 7 });
    const first = answer(await invoke('warm', { env: true }));
    assert.equal(first.arn, 'arn:aws:lambda:us-east-1:123456789012:function:warm');
    assert.ok(first.remaining > 6000 && first.remaining <= 7000);
    assert.equal(first.env['MY_OWN'], 'yes');
    assert.equal(first.env['AWS_ENDPOINT_URL'], 'http://127.0.0.1:4566');
    assert.equal(first.env['AWS_ACCESS_KEY_ID'], 'ASIATEST');
    assert.equal(first.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'], '128');
    assert.equal(first.env['NODE_TEST_CONTEXT'], undefined);
    const second = answer(await invoke('warm', {}));
    assert.equal(second.pid, first.pid);
    assert.equal(second.served, 2);
    assert.notEqual(second.id, first.id);
    const [cold, warm] = service.journal.list().filter((entry) => entry.functionName === 'warm');
    assert.ok(cold?.initMs !== undefined && warm !== undefined && warm.initMs === undefined);
  });

  it('runs invocations at the same time in processes of their own', async () => {
    await create('wide');
    const answers = (await Promise.all([1, 2].map(() => invoke('wide', { sleep: 200 })))).map(answer);
    assert.equal(new Set(answers.map(({ pid }) => pid)).size, 2);
    await client.send(new PutFunctionConcurrencyCommand({ FunctionName: 'wide', ReservedConcurrentExecutions: 1 }));
    const slow = invoke('wide', { sleep: 300 });
    await assert.rejects(invoke('wide', {}), { name: 'TooManyRequestsException' });
    await slow;
  });

  it('writes the log as Lambda does', async () => {
    await create('talk');
    const output = await invoke('talk', { say: 'hello' });
    const tail = Buffer.from(output.LogResult ?? '', 'base64').toString();
    assert.match(
      tail,
      /^START RequestId: \S+ Version: \$LATEST\n\S+\t\S+\tINFO\thello\nEND RequestId: \S+\nREPORT RequestId: /,
    );
    assert.match(
      tail,
      /\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms/,
    );
    assert.ok(logs.find('/aws/lambda/talk')?.lines.some((line) => line.message.endsWith('hello')));
  });

  it('says what the handler threw', async () => {
    await create('fail');
    const error = errorOf(await invoke('fail', { fail: 'no good' }));
    assert.equal(error.errorType, 'TypeError');
    assert.equal(error.errorMessage, 'no good');
    assert.equal(answer(await invoke('fail', {})).served, 2);
    assert.equal(service.journal.list().find((entry) => entry.functionName === 'fail')?.error?.type, 'TypeError');
  });

  it('kills at the time limit', async () => {
    await create('slow', { Timeout: 1 });
    const error = errorOf(await invoke('slow', { sleep: 30_000 }));
    assert.equal(error.errorType, 'Sandbox.Timedout');
    assert.match(error.errorMessage, /Task timed out after 1\.00 seconds$/);
    assert.equal(answer(await invoke('slow', {})).served, 1);
  });

  it('gives nothing to a process that ended while nothing was asked of it', async () => {
    await create('idle');
    const { pid } = answer(await invoke('idle', { exitAfter: 50 }));
    await until(() => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    });
    assert.equal(answer(await invoke('idle', {})).served, 1);
  });

  it('reports a process that ends, and code that does not load', async () => {
    await create('exit');
    const exit = errorOf(await invoke('exit', { exit: 3 }));
    assert.equal(exit.errorType, 'Runtime.ExitError');
    assert.match(exit.errorMessage, /exit status 3$/);
    await create('broken', { Handler: 'broken.handler' });
    assert.equal(errorOf(await invoke('broken', {})).errorType, 'RangeError');
    await create('nothing', { Handler: 'missing.handler' });
    assert.equal(errorOf(await invoke('nothing', {})).errorType, 'Runtime.ImportModuleError');
    await create('unexported', { Handler: 'index.other' });
    assert.equal(errorOf(await invoke('unexported', {})).errorType, 'Runtime.HandlerNotFound');
  });

  it('retries asynchronous events twice, then sends them to the failure queue', async () => {
    await create('later');
    const queue = queueArn('failures');
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'later',
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: queue } },
      }),
    );
    const accepted = await invoke('later', { fail: 'always' }, 'Event');
    assert.equal(accepted.StatusCode, 202);
    const [failures] = sqs.queues.list();
    await until(() => failures?.messages.length === 1);
    const record = JSON.parse(failures?.messages[0]?.body ?? '');
    assert.equal(record.requestContext.condition, 'RetriesExhausted');
    assert.equal(record.requestContext.approximateInvokeCount, 3);
    assert.deepEqual(record.requestPayload, { fail: 'always' });
    assert.equal(record.responsePayload.errorMessage, 'always');
    const runs = service.journal.list().filter((entry) => entry.functionName === 'later');
    assert.deepEqual(
      runs.map(({ attempt, trigger }) => [attempt, trigger]),
      [
        [1, 'asynchronous invoke'],
        [2, 'asynchronous invoke'],
        [3, 'asynchronous invoke'],
      ],
    );
    assert.equal(new Set(runs.map(({ requestId }) => requestId)).size, 1);
  });

  function queueArn(name: string): string {
    sqs.handle({
      method: 'POST',
      path: '/',
      query: {},
      headers: { 'x-amz-target': 'AmazonSQS.CreateQueue' },
      body: JSON.stringify({ QueueName: name }),
    });
    return `arn:aws:sqs:us-east-1:123456789012:${name}`;
  }

  it('lets another service in only by permission', async () => {
    await create('guarded');
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:guarded';
    const caller = { service: 'events.amazonaws.com', sourceArn: 'arn:aws:events:us-east-1:123456789012:rule/tick' };
    const call = () => service.invokeFor(caller, arn, '{}', 'rule tick');
    assert.throws(call, { code: 'AccessDeniedException' });
    await client.send(
      new AddPermissionCommand({
        FunctionName: arn,
        StatementId: 'tick',
        Action: 'lambda:InvokeFunction',
        Principal: caller.service,
        SourceArn: caller.sourceArn,
      }),
    );
    call();
    await until(() => service.journal.list().some((entry) => entry.trigger === 'rule tick'));
    const policy = await client.send(new GetPolicyCommand({ FunctionName: 'guarded' }));
    assert.equal(JSON.parse(policy.Policy ?? '').Statement[0].Sid, 'tick');
    await client.send(new RemovePermissionCommand({ FunctionName: 'guarded', StatementId: 'tick' }));
    assert.throws(call, { code: 'AccessDeniedException' });
    assert.throws(() => service.invokeFor(caller, `${arn}x`, '{}', 'x'), { code: 'ResourceNotFoundException' });
  });

  it('keeps, changes and deletes functions', async () => {
    await create('kept', { MemorySize: 256 });
    const before = answer(await invoke('kept', {}));
    await client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'kept', Environment: { Variables: { MY_OWN: 'new' } } }),
    );
    const next = answer(await invoke('kept', { env: true }));
    assert.notEqual(next.pid, before.pid);
    assert.equal(next.env['MY_OWN'], 'new');
    const { FunctionArn } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'kept' }));
    await client.send(new TagResourceCommand({ Resource: FunctionArn, Tags: { a: 'b' } }));
    assert.deepEqual((await client.send(new ListTagsCommand({ Resource: FunctionArn }))).Tags, { a: 'b' });
    const got = await client.send(new GetFunctionCommand({ FunctionName: FunctionArn }));
    assert.equal(got.Configuration?.MemorySize, 256);
    assert.equal(got.Configuration?.State, 'Active');
    assert.deepEqual(got.Configuration?.Architectures, ['arm64']);
    await client.send(new DeleteFunctionCommand({ FunctionName: 'kept' }));
    await assert.rejects(invoke('kept', {}), { name: 'ResourceNotFoundException' });
    assert.equal(context.calls.at(-1)?.error, 'ResourceNotFoundException');
  });

  it("refuses what it can't run", async () => {
    const input = {
      FunctionName: 'bad',
      Runtime: 'nodejs24.x' as const,
      Handler: 'index.handler',
      Role: ROLE,
      Code: { S3Bucket: 'assets', S3Key: 'code.zip' },
    };
    const refused = (more: object) =>
      assert.rejects(client.send(new CreateFunctionCommand({ ...input, ...more })), {
        name: 'InvalidParameterValueException',
      });
    await refused({ Code: { S3Bucket: 'assets', S3Key: 'other.zip' } });
    await refused({ Runtime: 'python3.14' });
    await refused({ Timeout: 901 });
    await refused({ Environment: { Variables: { AWS_REGION: 'eu-west-1' } } });
    await refused({ Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] });
  });
});
