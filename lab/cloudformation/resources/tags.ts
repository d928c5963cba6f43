import type { ResourceType, TagSpecification } from '@aws-sdk/client-ec2';
import type { ResourceContext } from './handler.ts';

type TagList = readonly { readonly Key: string; readonly Value: string }[];

/** A resource's own tags over those of its stack. */
export function tagList(own: TagList | undefined, context: ResourceContext): { Key: string; Value: string }[] {
  return Object.entries(tagRecord(own, context)).map(([Key, Value]) => ({ Key, Value }));
}

export function tagRecord(own: TagList | undefined, context: ResourceContext): Record<string, string> {
  return { ...context.tags, ...Object.fromEntries((own ?? []).map(({ Key, Value }) => [Key, Value])) };
}

/** For EC2's create calls: tags at creation, or nothing at all when there are none (an empty list is refused). */
export function tagSpecifications(
  type: ResourceType,
  own: TagList | undefined,
  context: ResourceContext,
): { TagSpecifications?: TagSpecification[] } {
  const list = tagList(own, context);
  return list.length === 0 ? {} : { TagSpecifications: [{ ResourceType: type, Tags: list }] };
}
