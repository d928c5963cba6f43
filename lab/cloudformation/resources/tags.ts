import { CreateTagsCommand, DeleteTagsCommand, type ResourceType, type TagSpecification } from '@aws-sdk/client-ec2';
import type { ResourceContext, UpdateContext } from './handler.ts';

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

/** What is to be set and what to be taken away for the tags to become those of `after`. */
export function tagDelta(
  before: TagList | undefined,
  after: TagList | undefined,
  context: UpdateContext,
): { readonly set: Readonly<Record<string, string>>; readonly unset: readonly string[] } {
  const former = { ...context.formerTags, ...Object.fromEntries((before ?? []).map(({ Key, Value }) => [Key, Value])) };
  const wanted = tagRecord(after, context);
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => former[key] !== value)),
    unset: Object.keys(former).filter((key) => !Object.hasOwn(wanted, key)),
  };
}

export function asTagList(record: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(record).map(([Key, Value]) => ({ Key, Value }));
}

/** Brings the tags of anything that EC2 has to those of `after`. */
export async function retagEc2(
  id: string,
  before: TagList | undefined,
  after: TagList | undefined,
  context: UpdateContext,
): Promise<void> {
  const { ec2 } = context.clients;
  const { set, unset } = tagDelta(before, after, context);
  if (unset.length > 0) {
    await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: unset.map((Key) => ({ Key })) }));
  }
  if (Object.keys(set).length > 0) {
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: asTagList(set) }));
  }
}
