import type { Ec2World } from '../ec2/world.ts';
import type { Params } from '../wire/query.ts';
import { anywhere, type Check, type Context, requestTags } from './check.ts';
import { ec2Arn, factsOf, typeOf } from './ec2-resources.ts';

/** Tags given at creation are a CreateTags of their own (EC2 User Guide, "Grant permission to tag resources during creation"). */
export function tagAtCreation(resource: string, createAction: string, context: Context): Check {
  return { action: 'ec2:CreateTags', resource, context: { ...context, 'ec2:CreateAction': createAction } };
}

/** Tags of what is there already: no `ec2:CreateAction`. Each resource is judged with the tags it has now. */
export function taggingChecks(world: Ec2World, action: string, params: Params): Check[] {
  const given = params.structs('Tag').map((tag): [string, string] => [tag.required('Key'), tag.text('Value') ?? '']);
  const tags = requestTags(new Map(given));
  return params.texts('ResourceId').map((id) => {
    const type = typeOf(id);
    if (type === undefined) return anywhere(`ec2:${action}`, tags);
    const context = { ...factsOf(world, type, id), ...tags };
    return { action: `ec2:${action}`, resource: ec2Arn(world, type, id), context };
  });
}
