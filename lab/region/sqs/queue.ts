import { createHash } from 'node:crypto';
import type { RegionContext } from '../service.ts';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: string | undefined;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: MessageAttributes;
  readonly sentAt: number;
  firstReceivedAt: number | undefined;
  receiveCount: number;
  /** Not to be received before this time, milliseconds since the epoch. */
  hiddenUntil: number;
  receipt: string | undefined;
}

/** A queue's settings that change what it does; the rest is kept as given. All in seconds. */
export interface QueueSettings {
  readonly visibilityTimeout: number;
  readonly delay: number;
  readonly retention: number;
  readonly receiveWait: number;
  readonly redrive: { readonly deadLetterArn: string; readonly maxReceiveCount: number } | undefined;
}

/** One standard queue: at least once, no order promised (it happens to keep the order of sending). */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly createdAt: number;
  readonly tags = new Map<string, string>();
  attributes: Readonly<Record<string, string>> = {};
  readonly #context: RegionContext;
  readonly #id: () => string;
  #messages: Message[] = [];
  #wakers: (() => void)[] = [];

  constructor(name: string, url: string, context: RegionContext, id: () => string) {
    this.name = name;
    this.url = url;
    this.arn = `arn:aws:sqs:${context.region}:${context.account}:${name}`;
    this.createdAt = context.clock.now();
    this.#context = context;
    this.#id = id;
  }

  get settings(): QueueSettings {
    const number = (name: string, fallback: number): number => Number(this.attributes[name] ?? fallback);
    return {
      visibilityTimeout: number('VisibilityTimeout', 30),
      delay: number('DelaySeconds', 0),
      retention: number('MessageRetentionPeriod', 345_600),
      receiveWait: number('ReceiveMessageWaitTimeSeconds', 0),
      redrive: redriveOf(this.attributes['RedrivePolicy']),
    };
  }

  send(body: string, attributes: MessageAttributes = {}, delaySeconds = this.settings.delay): Message {
    const now = this.#context.clock.now();
    const message: Message = {
      id: this.#id(),
      body,
      md5: createHash('md5').update(body).digest('hex'),
      attributes,
      sentAt: now,
      firstReceivedAt: undefined,
      receiveCount: 0,
      hiddenUntil: now + delaySeconds * 1000,
      receipt: undefined,
    };
    this.#messages.push(message);
    for (const wake of this.#wakers.splice(0)) wake();
    return message;
  }

  /** Takes up to `max` messages into flight. Those received too often go to `moveOn` instead. */
  receive(max: number, visibilitySeconds: number, moveOn: (message: Message, arn: string) => void): Message[] {
    const now = this.#dropExpired();
    const { redrive } = this.settings;
    const received: Message[] = [];
    for (const message of [...this.#messages]) {
      if (received.length === max) break;
      if (message.hiddenUntil > now) continue;
      if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
        this.#remove(message);
        moveOn(message, redrive.deadLetterArn);
        continue;
      }
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.hiddenUntil = now + visibilitySeconds * 1000;
      message.receipt = this.#id();
      received.push(message);
    }
    return received;
  }

  /** Resolves when a message was sent. */
  sent(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  /** A receipt that is not known (any more) is no error, as in SQS. */
  delete(receipt: string): void {
    this.#messages = this.#messages.filter((message) => message.receipt !== receipt);
  }

  changeVisibility(receipt: string, seconds: number): boolean {
    const message = this.#messages.find((candidate) => candidate.receipt === receipt);
    if (message === undefined) return false;
    message.hiddenUntil = this.#context.clock.now() + seconds * 1000;
    return true;
  }

  purge(): void {
    this.#messages = [];
  }

  /** What lies in the queue, without touching it. */
  get messages(): readonly Message[] {
    this.#dropExpired();
    return this.#messages;
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#dropExpired();
    const hidden = this.#messages.filter((message) => message.hiddenUntil > now);
    const inFlight = hidden.filter((message) => message.receiveCount > 0).length;
    return { visible: this.#messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  #remove(message: Message): void {
    this.#messages = this.#messages.filter((candidate) => candidate !== message);
  }

  #dropExpired(): number {
    const now = this.#context.clock.now();
    const oldest = now - this.settings.retention * 1000;
    this.#messages = this.#messages.filter((message) => message.sentAt > oldest);
    return now;
  }
}

function redriveOf(policy: string | undefined): QueueSettings['redrive'] {
  if (policy === undefined || policy === '') return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  return { deadLetterArn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
}
