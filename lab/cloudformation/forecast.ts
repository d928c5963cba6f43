import { TemplateError } from './errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Draft } from './prepare.ts';
import { differing } from './resources/handler.ts';
import type { PlannedResource } from './stack/blueprint.ts';
import type { Stack, StackResource } from './stack/stack.ts';
import { changeOf } from './stack/update-resources.ts';
import { resolve } from './template/resolve.ts';
import type { Scope } from './template/scope.ts';
import { parseTemplate, type Template } from './template/template.ts';

/** What would be done to one resource, told before anything is done. */
export interface ForecastChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | undefined;
  /** Only of a Modify. `Conditional`: it hangs on a value that is known only later. */
  readonly replacement: 'True' | 'False' | 'Conditional' | undefined;
  readonly policyAction:
    | 'Delete'
    | 'Retain'
    | 'Snapshot'
    | 'ReplaceAndDelete'
    | 'ReplaceAndRetain'
    | 'ReplaceAndSnapshot'
    | undefined;
  readonly details: readonly ForecastDetail[];
  /** Resolved as far as can be known. */
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
}

export interface ForecastDetail {
  readonly attribute: 'Properties' | 'Metadata' | 'DeletionPolicy' | 'UpdateReplacePolicy';
  /** Of a property. */
  readonly name: string | undefined;
  readonly recreation: 'Always' | 'Conditionally' | 'Never';
  /** `Dynamic`: it may come out as it was. */
  readonly evaluation: 'Static' | 'Dynamic';
}

export interface Forecast {
  readonly changes: readonly ForecastChange[];
  /** Nothing at all would be done: CloudFormation refuses to make such a change set. */
  readonly empty: boolean;
}

/** CloudFormation's own placeholder in change sets. */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}';

/**
 * Compares a stack with what it is to become. Names and attributes of resources that are yet to be made stand as
 * `KNOWN_AFTER_APPLY`, and so do the attributes of those that change.
 *
 * @param former the template of the stack as it is; `undefined` when there is none
 */
export function forecast(
  draft: Draft,
  stack: Pick<Stack, 'resources' | 'outputs'>,
  former: unknown,
  stackTags: Readonly<Record<string, string>>,
): Forecast {
  const before = new Map(stack.resources.filter(isThere).map((resource) => [resource.logicalId, resource]));
  const formerTemplate = former === undefined ? undefined : parseTemplate(former);
  const uncertain = new Map<string, 'identity' | 'attributes'>();
  const scope = uncertainScope(draft.scopeOver(before), uncertain);
  const changes: ForecastChange[] = [];
  for (const [logicalId, planned] of inOrder(draft)) {
    const there = before.get(logicalId);
    if (there === undefined) {
      uncertain.set(logicalId, 'identity');
      changes.push(addition(logicalId, planned));
      continue;
    }
    const after = foreseen(planned.declaration.Properties, scope, uncertain.size > 0);
    const change = modification(logicalId, planned, there, after, formerTemplate?.Resources[logicalId], stackTags);
    if (change === undefined) continue;
    changes.push(change);
    const touched = change.details.some(({ attribute }) => attribute === 'Properties');
    if (touched) uncertain.set(logicalId, change.replacement === 'False' ? 'attributes' : 'identity');
  }
  for (const [logicalId, resource] of before) {
    if (!draft.blueprint.resources.has(logicalId)) changes.push(removal(resource));
  }
  const sameOutputs =
    formerTemplate !== undefined && differing(formerTemplate.Outputs, draft.template.Outputs).length === 0;
  return { changes, empty: changes.length === 0 && sameOutputs };
}

function isThere({ identity, status }: StackResource): boolean {
  return identity !== undefined && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED';
}

/** Each resource after those that it refers to. */
function inOrder({ blueprint }: Draft): readonly (readonly [string, PlannedResource])[] {
  const done = new Map<string, PlannedResource>();
  const visit = (logicalId: string): void => {
    const planned = blueprint.resources.get(logicalId);
    if (planned === undefined || done.has(logicalId)) return;
    for (const needed of planned.dependsOn) visit(needed);
    done.set(logicalId, planned);
  };
  for (const logicalId of blueprint.resources.keys()) visit(logicalId);
  return [...done];
}

function uncertainScope(scope: Scope, uncertain: ReadonlyMap<string, 'identity' | 'attributes'>): Scope {
  return {
    ...scope,
    ref: (name) => (uncertain.get(name) === 'identity' ? KNOWN_AFTER_APPLY : scope.ref(name)),
    attribute(logicalId, name) {
      const how = uncertain.get(logicalId);
      const known = scope.attribute(logicalId, name);
      // Of one that changes in place, an ARN or an id stays what it is; the rest may not.
      const stays = how === undefined || (how === 'attributes' && /(Arn|Id|^Name)$/.test(name) && known !== undefined);
      return stays ? known : KNOWN_AFTER_APPLY;
    },
  };
}

/** Properties as far as they can be known; a function over what is not known yet (Fn::Select, Fn::Split) can't be carried out. */
function foreseen(properties: JsonObject, scope: Scope, someUncertain: boolean): JsonObject {
  const entries = Object.entries(properties).map(([name, value]): [string, Json | undefined] => {
    try {
      return [name, resolve(value, scope, name)];
    } catch (error) {
      if (!someUncertain || !(error instanceof TemplateError)) throw error;
      return [name, KNOWN_AFTER_APPLY];
    }
  });
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function addition(logicalId: string, { declaration }: PlannedResource): ForecastChange {
  return {
    action: 'Add',
    logicalId,
    type: declaration.Type,
    physicalId: undefined,
    replacement: undefined,
    policyAction: undefined,
    details: [],
    before: undefined,
    after: undefined,
  };
}

function removal({ logicalId, type, identity, deletionPolicy, properties }: StackResource): ForecastChange {
  return {
    action: 'Remove',
    logicalId,
    type,
    physicalId: identity?.physicalId,
    replacement: undefined,
    policyAction: kept(deletionPolicy),
    details: [],
    before: properties,
    after: undefined,
  };
}

function kept(policy: StackResource['deletionPolicy']): 'Delete' | 'Retain' | 'Snapshot' {
  return policy === 'RetainExceptOnCreate' ? 'Retain' : policy;
}

function modification(
  logicalId: string,
  planned: PlannedResource,
  there: StackResource,
  after: JsonObject,
  former: Template['Resources'][string] | undefined,
  stackTags: Readonly<Record<string, string>>,
): ForecastChange | undefined {
  const { declaration, handler } = planned;
  const change = changeOf(planned, there, after, stackTags);
  const properties = change.properties.map((name): ForecastDetail => {
    const evaluation = isUncertain(after[name]) ? 'Dynamic' : 'Static';
    const replaced = change.kind === 'replacement' && (handler.createOnly.includes(name) || noneIs(handler, change));
    const recreation = !replaced ? 'Never' : evaluation === 'Dynamic' ? 'Conditionally' : 'Always';
    return { attribute: 'Properties', name, recreation, evaluation };
  });
  const attributes = (['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'] as const)
    .filter((name) => former !== undefined && differing({ it: former[name] }, { it: declaration[name] }).length > 0)
    .map((attribute): ForecastDetail => ({ attribute, name: undefined, recreation: 'Never', evaluation: 'Static' }));
  const details = [...properties, ...attributes];
  if (details.length === 0) return undefined;
  const always = details.some(({ recreation }) => recreation === 'Always');
  const perhaps = details.some(({ recreation }) => recreation === 'Conditionally');
  const replacement = always ? 'True' : perhaps ? 'Conditional' : 'False';
  return {
    action: 'Modify',
    logicalId,
    type: declaration.Type,
    physicalId: there.identity?.physicalId,
    replacement,
    policyAction: always ? `ReplaceAnd${kept(declaration.UpdateReplacePolicy)}` : undefined,
    details,
    before: there.properties,
    after,
  };
}

/** It is the change as a whole that calls for a new resource, not one property by itself. */
function noneIs(
  { createOnly }: PlannedResource['handler'],
  { properties }: { readonly properties: readonly string[] },
) {
  return !properties.some((name) => createOnly.includes(name));
}

function isUncertain(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes(KNOWN_AFTER_APPLY);
  if (isJsonArray(value)) return value.some(isUncertain);
  return isJsonObject(value) && Object.values(value).some(isUncertain);
}
