import type { z } from 'zod';
import type { Clock } from '../../../lib/clock.ts';
import type { Clients } from '../clients.ts';
import type { CustomResourceCaller } from '../custom-resource/caller.ts';
import { TemplateError, type TemplateProblem } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Identity } from '../stack/stack.ts';
import { toProblems } from '../template/problems.ts';
import type { StackPlace } from '../template/scope.ts';

/** What a handler works with: where it is, whom it asks, and the names it may give. */
export interface ResourceContext {
  readonly logicalId: string;
  /** As in the template: a custom resource has a type of its own choosing. */
  readonly type: string;
  readonly place: StackPlace;
  readonly clients: Clients;
  readonly clock: Clock;
  /** Aborted when the operation is called off. */
  readonly signal: AbortSignal;
  /** Tags of the stack, for everything that can have tags. */
  readonly tags: Readonly<Record<string, string>>;
  readonly customResources: CustomResourceCaller;
  /** A generated name of at most this many characters. */
  name(maxLength: number): string;
}

export interface CreateContext extends ResourceContext {
  /**
   * To be told at once when the resource exists, before it is completed or waited for:
   * from then on a failure leaves something to delete.
   */
  made(identity: Identity): void;
}

/** One resource type. */
export interface ResourceHandler {
  readonly type: string;
  /** Names for Fn::GetAtt; `any`: known only once the resource exists. */
  readonly attributes: readonly string[] | 'any';
  readonly snapshots: boolean;
  /** Properties that no value could make right, seen before anything is created: functions are still in place. */
  check(properties: JsonObject, path: string): readonly TemplateProblem[];
  /** Creates the resource and waits until others can use it. @throws TemplateError, SDK errors, NotStabilizedError */
  create(properties: JsonObject, context: CreateContext, path: string): Promise<Identity>;
  /** Deletes it; what is gone already is deleted. `snapshot`: a copy is kept. */
  delete(
    made: { readonly identity: Identity; readonly properties: JsonObject },
    context: ResourceContext,
    how: DeleteHow,
  ): Promise<void>;
}

export type DeleteHow = 'delete' | 'snapshot-first';

export interface Definition<Shape extends z.ZodType> {
  readonly type: string;
  readonly attributes: readonly string[] | 'any';
  readonly properties: Shape;
  create(properties: z.output<Shape>, context: CreateContext): Promise<Identity>;
  delete(identity: Identity, context: ResourceContext, properties: z.output<Shape>): Promise<void>;
  snapshot?(identity: Identity, context: ResourceContext): Promise<void>;
}

/** A handler from its definition: the schema is the list of the properties that the lab knows. */
export function defineResource<Shape extends z.ZodType>(definition: Definition<Shape>): ResourceHandler {
  const parse = (properties: JsonObject, path: string): z.output<Shape> => {
    const parsed = definition.properties.safeParse(properties);
    if (parsed.success) {
      return parsed.data;
    }
    const [first, ...rest] = toProblems(parsed.error, [path], 'UnknownProperty');
    throw first === undefined
      ? TemplateError.of('InvalidTemplate', path, parsed.error.message)
      : new TemplateError([first, ...rest]);
  };
  return {
    type: definition.type,
    attributes: definition.attributes,
    snapshots: definition.snapshot !== undefined,
    check: (properties, path) => {
      const parsed = definition.properties.safeParse(properties);
      const problems = parsed.success ? [] : toProblems(parsed.error, [path], 'UnknownProperty');
      return problems.filter((problem) => !involvesFunction(properties, problem.path.slice(path.length + 1)));
    },
    create: (properties, context, path) => definition.create(parse(properties, path), context),
    delete: async ({ identity, properties }, context, how) => {
      if (how === 'snapshot-first') {
        await definition.snapshot?.(identity, context);
      }
      await definition.delete(identity, context, parse(properties, context.logicalId));
    },
  };
}

/** Is there a function on the way to this path, or just under it? Then only the resolved value can be judged. */
function involvesFunction(properties: JsonObject, dotted: string): boolean {
  let value: Json | undefined = properties;
  for (const key of dotted.split('.')) {
    if (isFunction(value)) {
      return true;
    }
    if (isJsonObject(value)) {
      value = value[key];
    } else {
      value = Array.isArray(value) ? value[Number(key)] : undefined;
    }
  }
  return isFunction(value) || (Array.isArray(value) && value.some(isFunction));
}

function isFunction(value: Json | undefined): boolean {
  return isJsonObject(value) && Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}
