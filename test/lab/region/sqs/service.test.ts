import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createSqsService, type SqsService } from '../../../../lab/region/sqs/service.ts';
import { createVirtualClock, type VirtualClock } from '../../../../lab/sim/clock.ts';
import { testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

describe('SQS', () => {
  let clock: VirtualClock;
  let service: SqsService;
  let client: SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    clock = createVirtualClock(1_790_000_000_000);
    service = createSqsService(testContext(clock), () => 'http://127.0.0.1:4566');
    client = new SQSClient({ ...clientConfig(service), endpoint: 'http://127.0.0.1:4566' });
    QueueUrl = (await client.send(new CreateQueueCommand({ QueueName: 'q' }))).QueueUrl ?? '';
  });

  const receive = async (more: { WaitTimeSeconds?: number; MaxNumberOfMessages?: number } = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], ...more }))).Messages ??
    [];

  it('gives a message until it is deleted', async () => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello ü', MessageAttributes }));
    const [first] = await receive();
    assert.equal(first?.Body, 'hello ü');
    assert.deepEqual(first?.MessageAttributes, MessageAttributes);
    assert.deepEqual(await receive(), []);
    await clock.advance(30_000);
    const [again] = await receive();
    assert.equal(again?.MessageId, first?.MessageId);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }));
    await clock.advance(30_000);
    assert.deepEqual(await receive(), []);
  });

  it('waits for a message', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
    assert.equal((await waiting)[0]?.Body, 'late');
  });

  it('moves what is received too often to the dead-letter queue', async () => {
    await client.send(new CreateQueueCommand({ QueueName: 'dead' }));
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:dead',
      maxReceiveCount: 1,
    });
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy, VisibilityTimeout: '0' } }),
    );
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    assert.equal((await receive()).length, 1);
    assert.deepEqual(await receive(), []);
    assert.equal(service.queues.list().find(({ name }) => name === 'dead')?.messages[0]?.body, 'poison');
  });

  it('describes queues and refuses those that are not there', async () => {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    assert.equal(Attributes?.['QueueArn'], 'arn:aws:sqs:us-east-1:123456789012:q');
    assert.equal(Attributes?.['ApproximateNumberOfMessages'], '1');
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    assert.deepEqual(await receive(), []);
    assert.equal((await client.send(new GetQueueUrlCommand({ QueueName: 'q' }))).QueueUrl, QueueUrl);
    assert.deepEqual((await client.send(new ListQueuesCommand({}))).QueueUrls, [QueueUrl]);
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    await assert.rejects(client.send(new GetQueueUrlCommand({ QueueName: 'q' })), { name: 'QueueDoesNotExist' });
    assert.throws(() => service.queues.send('arn:aws:sqs:us-east-1:123456789012:q', 'x'), {
      code: 'QueueDoesNotExist',
    });
  });
});
