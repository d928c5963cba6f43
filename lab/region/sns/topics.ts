import { uuid } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext } from '../service.ts';
import { allowsService } from './topic-policy.ts';

export interface Notification {
  readonly subject: string | undefined;
  readonly message: string;
}

/** A notification that a topic has taken. */
export interface Published extends Notification {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Topic {
  readonly arn: string;
  readonly name: string;
  attributes: Readonly<Record<string, string>>;
  readonly tags: Map<string, string>;
  /** Oldest first; the newest 1,000 are kept, for people and tests to look at. */
  readonly published: Published[];
}

/** An AWS service that publishes for one of its resources. */
export interface ServiceCaller {
  /** E.g. `cloudwatch.amazonaws.com`. */
  readonly service: string;
  readonly sourceArn: string;
}

const MOST_PUBLISHED = 1_000;

/** The region's topics. Nobody subscribes in the lab: what was published is kept with the topic. */
export class Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #context: RegionContext;

  constructor(context: RegionContext) {
    this.#context = context;
  }

  /** The topic of that name; made where there is none. */
  ensure(name: string): Topic {
    const { account, region } = this.#context;
    const arn = `arn:aws:sns:${region}:${account}:${name}`;
    const topic = this.#topics.get(arn) ?? { arn, name, attributes: {}, tags: new Map(), published: [] };
    this.#topics.set(arn, topic);
    return topic;
  }

  /** @throws ServiceError `NotFound` */
  get(arn: string): Topic {
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw new ServiceError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  list(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  /** A topic that is not there is no error, as in SNS. */
  remove(arn: string): void {
    this.#topics.delete(arn);
  }

  publish(arn: string, notification: Notification): Published {
    const { published } = this.get(arn);
    const { clock, random } = this.#context;
    const one = { ...notification, id: uuid(random), at: clock.now() };
    published.push(one);
    if (published.length > MOST_PUBLISHED) published.shift();
    return one;
  }

  /** @throws ServiceError `NotFound`; `AuthorizationError` when the topic's policy does not let the service */
  publishFor(caller: ServiceCaller, arn: string, notification: Notification): Published {
    const { account } = this.#context;
    if (!allowsService(this.get(arn).attributes['Policy'], { ...caller, account }, arn)) {
      const message = `Resource: ${caller.sourceArn} is not authorized to perform: SNS:Publish on resource: ${arn}`;
      throw new ServiceError('AuthorizationError', message, 403);
    }
    return this.publish(arn, notification);
  }
}
