import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import type { JsonObject, JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { SsmWorld } from './store.ts';

const Resource = { ResourceType: z.enum(['Document', 'Parameter']), ResourceId: z.string().min(1) };
const AddInput = z.strictObject({ ...Resource, Tags: TagList });
const RemoveInput = z.strictObject({ ...Resource, TagKeys: z.array(z.string()) });
const ListInput = z.strictObject(Resource);

function tagsOf(world: SsmWorld, { ResourceType, ResourceId }: z.infer<typeof ListInput>): Map<string, string> {
  const records = ResourceType === 'Document' ? world.documents : world.parameters;
  const record = records.get(ResourceId);
  if (record !== undefined) return record.tags;
  throw new ServiceError('InvalidResourceId', `There is no ${ResourceType} ${ResourceId}.`);
}

export function tagOperations(world: SsmWorld): Readonly<Record<string, JsonOperation>> {
  return {
    AddTagsToResource: (input) => {
      const request = parseInput(AddInput, input);
      const tags = tagsOf(world, request);
      for (const { Key, Value } of request.Tags) tags.set(Key, Value);
      return {};
    },
    RemoveTagsFromResource: (input) => {
      const request = parseInput(RemoveInput, input);
      const tags = tagsOf(world, request);
      for (const key of request.TagKeys) tags.delete(key);
      return {};
    },
    ListTagsForResource: (input): JsonObject => {
      const tags = tagsOf(world, parseInput(ListInput, input));
      return { TagList: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
