import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Clock } from '../../../lib/clock.ts';
import type { Clients } from '../clients.ts';
import type { CustomResourceCaller } from '../custom-resource/caller.ts';
import { NotUpdatableError, TemplateError, type TemplateProblem } from '../errors.ts';
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

export interface UpdateContext extends CreateContext {
  /** Tags of the stack that the resource was given before. */
  readonly formerTags: Readonly<Record<string, string>>;
}

/** What a change of a resource's properties comes to. `properties`: the names of those that differ. */
export interface Change {
  readonly kind: 'none' | 'in-place' | 'replacement';
  readonly properties: readonly string[];
}

/** One resource type. */
export interface ResourceHandler {
  readonly type: string;
  /** Names for Fn::GetAtt; `any`: known only once the resource exists. */
  readonly attributes: readonly string[] | 'any';
  readonly snapshots: boolean;
  /** Names of the properties that the lab knows. */
  readonly properties: readonly string[];
  /** It carries the tags of its stack. */
  readonly taggable: boolean;
  /** Properties that no value could make right, seen before anything is created: functions are still in place. */
  check(properties: JsonObject, path: string): readonly TemplateProblem[];
  /** Creates the resource and waits until others can use it. @throws TemplateError, SDK errors, NotStabilizedError */
  create(properties: JsonObject, context: CreateContext, path: string): Promise<Identity>;
  /** Compares two sets of resolved properties. */
  change(before: JsonObject, after: JsonObject): Change;
  /** Names of properties whose change calls for a new resource. */
  readonly createOnly: readonly string[];
  /**
   * Changes the resource in place and waits until the change is in force. A provider of custom resources may answer with
   * another identity: then the former one is to be deleted. @throws NotUpdatableError, and what `create` throws
   */
  update(
    made: { readonly identity: Identity; readonly properties: JsonObject },
    after: JsonObject,
    context: UpdateContext,
    path: string,
  ): Promise<Identity>;
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
  /**
   * Properties whose change calls for a new resource ("Update requires: Replacement" on the type's page of the template
   * reference). `test/lab/cloudformation/resources/replacement.test.ts` holds them against the CDK's own database.
   * @default none
   */
  readonly createOnly?: readonly string[];
  /** Properties that can't be changed at all ("Update requires: Updates are not supported"). @default none */
  readonly fixed?: readonly string[];
  /** A change that calls for a new resource under some conditions. @default never */
  replacedFor?(changed: readonly string[], after: z.output<Shape>): boolean;
  create(properties: z.output<Shape>, context: CreateContext): Promise<Identity>;
  /** @default every change is refused */
  update?(
    identity: Identity,
    context: UpdateContext,
    after: z.output<Shape>,
    before: z.output<Shape>,
  ): Promise<Identity>;
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
  const { createOnly = [], fixed = [] } = definition;
  return {
    type: definition.type,
    attributes: definition.attributes,
    snapshots: definition.snapshot !== undefined,
    properties: fieldsOf(definition.properties),
    taggable: fieldsOf(definition.properties).some((name) => name === 'Tags' || name === 'TagSpecifications'),
    createOnly,
    change(before, after) {
      const parsed = [before, after].map((side) => definition.properties.safeParse(side));
      const [left, right] = parsed.map(({ data }) => data);
      // What is known only later can't be parsed; then the two are compared as they stand.
      const whole = parsed.every(({ success }) => success);
      const properties = whole ? differing(left, right) : differing(before, after);
      const replaced =
        properties.some((name) => createOnly.includes(name)) ||
        (parsed[1]?.success === true && definition.replacedFor?.(properties, parsed[1].data) === true);
      return { kind: properties.length === 0 ? 'none' : replaced ? 'replacement' : 'in-place', properties };
    },
    update: async ({ identity, properties }, next, context, path) => {
      const [before, after] = [parse(properties, path), parse(next, path)];
      const refused = differing(before, after).filter((name) => fixed.includes(name));
      if (refused.length > 0) {
        throw new NotUpdatableError(definition.type, refused, 'give the resource another logical id to have a new one');
      }
      if (definition.update === undefined) {
        throw new NotUpdatableError(definition.type, differing(before, after), 'the lab has not been taught how');
      }
      return definition.update(identity, context, after, before);
    },
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

/** The names under which two objects differ; what is undefined counts as not there. */
export function differing(before: unknown, after: unknown): readonly string[] {
  const [left, right] = [before, after].map((side) => new Map(Object.entries(side ?? {})));
  const names = new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])]);
  return [...names].filter((name) => !isDeepStrictEqual(left?.get(name), right?.get(name)));
}

function fieldsOf(shape: z.ZodType): readonly string[] {
  return 'shape' in shape && typeof shape.shape === 'object' ? Object.keys(shape.shape ?? {}) : [];
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
