import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Stack } from '../../../lab/cloudformation/stack/stack.ts';
import { createLambdaService } from '../../../lab/region/lambda/service.ts';
import { createLogsService } from '../../../lab/region/logs/service.ts';
import type { Permissions } from '../../../lab/region/permissions/permissions.ts';
import { createSqsService } from '../../../lab/region/sqs/service.ts';
import { testContext } from '../region/support/context.ts';
import { clientConfig } from '../region/support/service-handler.ts';
import type { FunctionRole } from './roles.ts';

/** Says one line, and fails. */
const CODE = `export async function handler() { console.log('a line'); throw new Error('for the queue'); }`;

/** What Lambda does in a function's name: it writes its log, and sends what failed for good to its queue. */
export interface FunctionStory {
  /** Invokes the function of the role once. Returns what Lambda could not do. */
  tell(fn: FunctionRole): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** @param stack whose functions' log groups and failure queue are used, by the names they have there */
export async function startFunctionStory(permissions: Permissions, stack: Stack): Promise<FunctionStory> {
  const directory = await mkdtemp(join(tmpdir(), 'function-story-'));
  await writeFile(join(directory, 'index.mjs'), CODE);
  const context = testContext();
  const logs = createLogsService(context);
  const sqs = createSqsService(context, () => 'http://127.0.0.1:4566');
  const work: Promise<void>[] = [];
  const nobody = { accessKeyId: 'A', secretAccessKey: 'A', sessionToken: 'A' };
  const lambda = createLambdaService({
    context,
    logs: logs.store,
    queues: sqs.queues,
    credentials: () => nobody,
    permits: ({ name, roleArn }, action, resource) =>
      permissions.permits(
        { kind: 'function', name, role: roleArn.slice(roleArn.lastIndexOf('/') + 1) },
        { action, resource, context: {} },
      ),
    endpoint: () => undefined,
    background: (_what, promise) => {
      work.push(promise);
    },
  });
  lambda.assets.register('code', 'code', directory);
  const client = new LambdaClient(clientConfig(lambda));
  const physical = (type: string, part: string): string =>
    stack.resources.find((one) => one.type === type && one.logicalId.includes(part))?.identity?.physicalId ?? '';
  const queueName = physical('AWS::SQS::Queue', 'ControllerFailures').split('/').at(-1) ?? '';
  await new SQSClient(clientConfig(sqs)).send(new CreateQueueCommand({ QueueName: queueName }));
  const [queue] = sqs.queues.list();
  assert.ok(queue !== undefined);
  let runs = 0;

  return {
    async tell({ role }) {
      runs += 1;
      const FunctionName = `story-${runs}`;
      const part = role.includes('Controller') ? 'ControllerReconcile' : 'DeploymentHandler';
      const LogGroup = physical('AWS::Logs::LogGroup', part);
      await client.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: `arn:aws:iam::${context.account}:role/${role}`,
          Code: { S3Bucket: 'code', S3Key: 'code' },
          LoggingConfig: { LogGroup },
        }),
      );
      // Only the reconciler is given a queue.
      const OnFailure = part === 'ControllerReconcile' ? { Destination: queue.arn } : {};
      const DestinationConfig = { OnFailure };
      await client.send(
        new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0, DestinationConfig }),
      );
      const [linesBefore, sentBefore] = [lines(LogGroup), queue.counts().visible];
      await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event' }));
      await Promise.all(work);
      if (
        !lines(LogGroup)
          .slice(linesBefore.length)
          .some((line) => line.includes('a line'))
      )
        return 'its log has no line';
      const arrived = queue.counts().visible > sentBefore;
      return part === 'ControllerReconcile' && !arrived ? 'its failure is in no queue' : undefined;
    },
    async stop() {
      await lambda.stop();
      await rm(directory, { recursive: true });
    },
  };

  function lines(group: string): readonly string[] {
    return (logs.store.find(group)?.lines ?? []).map(({ message }) => message.trim());
  }
}
