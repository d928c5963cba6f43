import { uuid } from '../ids.ts';
import { parseInput } from '../protocol/input.ts';
import { type JsonObject, type JsonOperation, jsonService } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service } from '../service.ts';
import * as inputs from './inputs.ts';
import { type Message, type MessageAttributes, Queue } from './queue.ts';

/** The region's queues, for services that send to them by ARN. */
export interface Queues {
  /** @throws ServiceError `QueueDoesNotExist` */
  send(arn: string, body: string, attributes?: MessageAttributes): void;
  list(): readonly Queue[];
}

export interface SqsService extends Service {
  readonly queues: Queues;
}

/** SQS: standard queues in memory. `endpoint` gives the base of queue URLs. */
export function createSqsService(context: RegionContext, endpoint: () => string): SqsService {
  const byName = new Map<string, Queue>();
  const id = (): string => uuid(context.random);

  function byUrl(url: string): Queue {
    const found = byName.get(url.slice(url.lastIndexOf('/') + 1));
    if (found === undefined) throw nonExistent(url);
    return found;
  }

  function byArn(arn: string): Queue {
    const found = byName.get(arn.slice(arn.lastIndexOf(':') + 1));
    if (found === undefined || found.arn !== arn) throw nonExistent(arn);
    return found;
  }

  function moveOn(message: Message, arn: string): void {
    byArn(arn).send(message.body, message.attributes, 0);
  }

  async function receive(input: JsonObject): Promise<JsonObject> {
    const request = parseInput(inputs.Receive, input);
    const queue = byUrl(request.QueueUrl);
    const visibility = request.VisibilityTimeout ?? queue.settings.visibilityTimeout;
    const until = context.clock.monotonic() + (request.WaitTimeSeconds ?? queue.settings.receiveWait) * 1000;
    let messages = queue.receive(request.MaxNumberOfMessages, visibility, moveOn);
    while (messages.length === 0 && context.clock.monotonic() < until) {
      // A hidden message shows itself by time alone, so a look every second beside the wake-up by a send.
      const left = Math.min(1000, until - context.clock.monotonic());
      await Promise.race([queue.sent(), context.clock.sleep(left)]);
      messages = queue.receive(request.MaxNumberOfMessages, visibility, moveOn);
    }
    const system = [...request.AttributeNames, ...request.MessageSystemAttributeNames];
    return messages.length === 0
      ? {}
      : { Messages: messages.map((message) => received(message, system, request.MessageAttributeNames)) };
  }

  const operations: Record<string, JsonOperation> = {
    CreateQueue(input) {
      const request = parseInput(inputs.CreateQueue, input);
      const attributes = settable(request.Attributes ?? {});
      const existing = byName.get(request.QueueName);
      if (existing !== undefined) {
        const differs = Object.entries(attributes).find(([name, value]) => existing.attributes[name] !== value);
        if (differs !== undefined) {
          throw new ServiceError(
            'QueueNameExists',
            `A queue already exists with the same name and a different value for attribute ${differs[0]}`,
          );
        }
        return { QueueUrl: existing.url };
      }
      const url = `${endpoint()}/${context.account}/${request.QueueName}`;
      const queue = new Queue(request.QueueName, url, context, id);
      queue.attributes = attributes;
      for (const [key, value] of Object.entries(request.tags ?? {})) queue.tags.set(key, value);
      byName.set(queue.name, queue);
      return { QueueUrl: url };
    },
    GetQueueUrl(input) {
      const { QueueName } = parseInput(inputs.GetQueueUrl, input);
      return { QueueUrl: byUrl(QueueName).url };
    },
    ListQueues(input) {
      const { QueueNamePrefix = '' } = parseInput(inputs.ListQueues, input);
      const found = [...byName.values()].filter((queue) => queue.name.startsWith(QueueNamePrefix));
      return { QueueUrls: found.map((queue) => queue.url) };
    },
    GetQueueAttributes(input) {
      const request = parseInput(inputs.GetAttributes, input);
      const all = describe(byUrl(request.QueueUrl));
      const wanted = request.AttributeNames.includes('All') ? Object.keys(all) : request.AttributeNames;
      return { Attributes: pick(all, wanted) };
    },
    SetQueueAttributes(input) {
      const request = parseInput(inputs.SetAttributes, input);
      const queue = byUrl(request.QueueUrl);
      const merged = { ...queue.attributes, ...settable(request.Attributes) };
      // An empty value takes an attribute away: so CloudFormation removes a queue's policy.
      queue.attributes = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
      return {};
    },
    SendMessage(input) {
      const request = parseInput(inputs.Send, input);
      const message = byUrl(request.QueueUrl).send(
        request.MessageBody,
        request.MessageAttributes,
        request.DelaySeconds,
      );
      return { MessageId: message.id, MD5OfMessageBody: message.md5 };
    },
    SendMessageBatch(input) {
      const request = parseInput(inputs.SendBatch, input);
      const queue = byUrl(request.QueueUrl);
      return {
        Successful: request.Entries.map((entry) => {
          const message = queue.send(entry.MessageBody, entry.MessageAttributes, entry.DelaySeconds);
          return { Id: entry.Id, MessageId: message.id, MD5OfMessageBody: message.md5 };
        }),
        Failed: [],
      };
    },
    ReceiveMessage: receive,
    DeleteMessage(input) {
      const request = parseInput(inputs.Receipt, input);
      byUrl(request.QueueUrl).delete(request.ReceiptHandle);
      return {};
    },
    ChangeMessageVisibility(input) {
      const request = parseInput(inputs.Visibility, input);
      if (!byUrl(request.QueueUrl).changeVisibility(request.ReceiptHandle, request.VisibilityTimeout)) {
        throw new ServiceError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
      }
      return {};
    },
    PurgeQueue(input) {
      byUrl(parseInput(inputs.OnlyQueue, input).QueueUrl).purge();
      return {};
    },
    DeleteQueue(input) {
      byName.delete(byUrl(parseInput(inputs.OnlyQueue, input).QueueUrl).name);
      return {};
    },
    TagQueue(input) {
      const request = parseInput(inputs.Tag, input);
      const { tags } = byUrl(request.QueueUrl);
      for (const [key, value] of Object.entries(request.Tags)) tags.set(key, value);
      return {};
    },
    UntagQueue(input) {
      const request = parseInput(inputs.Untag, input);
      const { tags } = byUrl(request.QueueUrl);
      for (const key of request.TagKeys) tags.delete(key);
      return {};
    },
    ListQueueTags(input) {
      return { Tags: Object.fromEntries(byUrl(parseInput(inputs.OnlyQueue, input).QueueUrl).tags) };
    },
  };

  return {
    ...jsonService({ name: 'sqs', version: '1.0', context, operations }),
    queues: {
      send: (arn, body, attributes = {}) => {
        byArn(arn).send(body, attributes);
      },
      list: () => [...byName.values()],
    },
  };
}

function nonExistent(what: string): ServiceError {
  return new ServiceError('QueueDoesNotExist', `The specified queue does not exist: ${what}`);
}

function settable(attributes: Readonly<Record<string, string>>): Record<string, string> {
  for (const name of Object.keys(attributes)) {
    if (!inputs.SETTABLE.has(name)) throw new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  return { ...attributes };
}

function describe(queue: Queue): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  const seconds = String(Math.floor(queue.createdAt / 1000));
  return {
    DelaySeconds: '0',
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    VisibilityTimeout: '30',
    SqsManagedSseEnabled: 'true',
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: seconds,
    LastModifiedTimestamp: seconds,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}

function received(message: Message, system: readonly string[], names: readonly string[]): JsonObject {
  const all = {
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
  };
  const everything = names.includes('All') || names.includes('.*');
  const attributes = everything ? message.attributes : pick(message.attributes, names);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: message.md5,
    ...(system.length === 0 ? {} : { Attributes: system.includes('All') ? all : pick(all, system) }),
    ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
  };
}

function pick<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
