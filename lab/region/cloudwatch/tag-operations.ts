import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import type { JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';

const inputs = {
  tag: z.strictObject({ ResourceARN: z.string(), Tags: TagList }),
  untag: z.strictObject({ ResourceARN: z.string(), TagKeys: z.array(z.string()) }),
  arn: z.strictObject({ ResourceARN: z.string() }),
};

/** @param find the tags of an alarm or a dashboard, by its ARN */
export function tagOperations(
  find: (arn: string) => Map<string, string> | undefined,
): Readonly<Record<string, JsonOperation>> {
  function tagsOf(arn: string): Map<string, string> {
    const found = find(arn);
    if (found === undefined) throw new ServiceError('ResourceNotFoundException', `Unknown resource ${arn}`, 404);
    return found;
  }
  return {
    TagResource(input) {
      const { ResourceARN, Tags } = parseInput(inputs.tag, input);
      const tags = tagsOf(ResourceARN);
      for (const { Key, Value } of Tags) tags.set(Key, Value);
      return {};
    },
    UntagResource(input) {
      const { ResourceARN, TagKeys } = parseInput(inputs.untag, input);
      const tags = tagsOf(ResourceARN);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    ListTagsForResource(input) {
      const tags = tagsOf(parseInput(inputs.arn, input).ResourceARN);
      return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
