import { uuid } from '../ids.ts';
import {
  members,
  type QueryInput,
  type QueryOperation,
  queryService,
  required,
  tagMembers,
} from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service } from '../service.ts';
import { Topics } from './topics.ts';

export interface SnsService extends Service {
  readonly topics: Topics;
}

/** Attributes that can be set. FIFO topics and delivery policies the lab does not have. */
const SETTABLE: ReadonlySet<string> = new Set(['DisplayName', 'KmsMasterKeyId', 'Policy']);

/** SNS: topics that keep what is published to them. */
export function createSnsService(context: RegionContext): SnsService {
  const topics = new Topics(context);
  const given = (input: QueryInput) => topics.get(required(input, 'TopicArn'));
  const tagged = (input: QueryInput) => topics.get(required(input, 'ResourceArn'));

  function set(arn: string, name: string, value: string): void {
    if (!SETTABLE.has(name)) throw new ServiceError('InvalidParameter', `Invalid parameter: AttributeName: ${name}`);
    const topic = topics.get(arn);
    const { [name]: _, ...others } = topic.attributes;
    // An empty value takes an attribute away: so CloudFormation removes a topic's policy.
    topic.attributes = value === '' ? others : { ...others, [name]: value };
  }

  const operations: Record<string, QueryOperation> = {
    CreateTopic(input) {
      const name = required(input, 'Name');
      if (!/^[\w-]{1,256}$/.test(name)) {
        throw new ServiceError(
          'InvalidParameter',
          `Invalid parameter: Topic Name: "${name}"; the lab has no FIFO topics`,
        );
      }
      const topic = topics.ensure(name);
      for (const [key, value] of attributeEntries(input)) set(topic.arn, key, value);
      for (const [key, value] of tagMembers(input)) topic.tags.set(key, value);
      return { TopicArn: topic.arn };
    },
    DeleteTopic(input) {
      topics.remove(required(input, 'TopicArn'));
      return undefined;
    },
    ListTopics: () => ({ Topics: topics.list().map(({ arn }) => ({ TopicArn: arn })) }),
    SetTopicAttributes(input) {
      set(required(input, 'TopicArn'), required(input, 'AttributeName'), input.get('AttributeValue') ?? '');
      return undefined;
    },
    Publish(input) {
      const { arn } = given(input);
      const { id } = topics.publish(arn, { subject: input.get('Subject'), message: required(input, 'Message') });
      return { MessageId: id };
    },
    TagResource(input) {
      const { tags } = tagged(input);
      for (const [key, value] of tagMembers(input)) tags.set(key, value);
      return {};
    },
    UntagResource(input) {
      const { tags } = tagged(input);
      for (const key of members(input, 'TagKeys')) tags.delete(key);
      return {};
    },
    ListTagsForResource: (input) => ({ Tags: [...tagged(input).tags].map(([Key, Value]) => ({ Key, Value })) }),
  };

  return {
    ...queryService({
      name: 'sns',
      namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
      context,
      requestId: () => uuid(context.random),
      operations,
    }),
    topics,
  };
}

/** `Attributes.entry.1.key` and `.value`. */
function attributeEntries(input: QueryInput): readonly [string, string][] {
  const found: [string, string][] = [];
  for (let index = 1; ; index += 1) {
    const key = input.get(`Attributes.entry.${index}.key`);
    if (key === undefined) return found;
    found.push([key, input.get(`Attributes.entry.${index}.value`) ?? '']);
  }
}
