import { TemplateError } from '../errors.ts';
import { isJsonArray, isJsonObject, type Json } from '../json.ts';
import { invalidArgument, valueCall } from './intrinsics.ts';
import { attributeName } from './resolve.ts';
import { isPseudoParameter } from './scope.ts';
import { parseSubstitution, splitAttribute } from './substitution.ts';

export interface Reference {
  readonly path: string;
  /** A parameter or a resource; pseudo parameters are left out. */
  readonly name: string;
  /** `undefined`: Ref, and attributes whose name is computed. */
  readonly attribute: string | undefined;
}

/**
 * Every name that a value refers to. Of an Fn::If only the branch that the conditions choose counts, so that
 * a resource which is not created makes no trouble in the other one.
 *
 * @throws TemplateError for a function that is unknown or whose names can't be read
 */
export function references(value: Json, conditions: ReadonlyMap<string, boolean>, path: string): readonly Reference[] {
  if (isJsonArray(value)) {
    return value.flatMap((element, index) => references(element, conditions, `${path}.${index}`));
  }
  if (!isJsonObject(value)) {
    return [];
  }
  const call = valueCall(value, path);
  if (call === undefined) {
    return Object.entries(value).flatMap(([key, element]) => references(element, conditions, `${path}.${key}`));
  }
  const here = `${path}.${call.name}`;
  switch (call.name) {
    case 'Ref':
      return typeof call.argument === 'string'
        ? refersTo(call.argument, undefined, here)
        : malformed('a name', call, here);
    case 'Fn::GetAtt':
      return attributeReferences(call.argument, conditions, here);
    case 'Fn::Sub':
      return substitutionReferences(call.argument, conditions, here);
    case 'Fn::If': {
      const [name, whenTrue = null, whenFalse = null] = isJsonArray(call.argument) ? call.argument : [];
      const condition = typeof name === 'string' ? conditions.get(name) : undefined;
      if (condition === undefined) {
        throw TemplateError.of('UnresolvedReference', here, `${JSON.stringify(name)} is not in Conditions`);
      }
      return references(condition ? whenTrue : whenFalse, conditions, here);
    }
    default:
      return references(call.argument, conditions, here);
  }
}

function refersTo(name: string, attribute: string | undefined, path: string): readonly Reference[] {
  return isPseudoParameter(name) ? [] : [{ name, attribute, path }];
}

function attributeReferences(argument: Json, conditions: ReadonlyMap<string, boolean>, path: string) {
  let computed = false;
  const named = attributeName(argument, () => {
    computed = true;
    return '';
  });
  if (named === undefined) {
    return malformed('[logical id, attribute] or "logical id.attribute"', { name: 'Fn::GetAtt', argument }, path);
  }
  const inner = isJsonArray(argument) ? references(argument.slice(1), conditions, path) : [];
  return [...refersTo(named.logicalId, computed ? undefined : named.attribute, path), ...inner];
}

function substitutionReferences(argument: Json, conditions: ReadonlyMap<string, boolean>, path: string) {
  const [source, variables = {}] = isJsonArray(argument) ? argument : [argument];
  if (typeof source !== 'string' || !isJsonObject(variables)) {
    return malformed('a string, or [string, { variable: value }]', { name: 'Fn::Sub', argument }, path);
  }
  const inText = parseSubstitution(source).flatMap((part) => {
    if (part.kind === 'text' || Object.hasOwn(variables, part.name)) {
      return [];
    }
    const named = splitAttribute(part.name);
    return named === undefined
      ? refersTo(part.name, undefined, path)
      : refersTo(named.logicalId, named.attribute, path);
  });
  return [...inText, ...references(variables, conditions, path)];
}

function malformed(wanted: string, call: { name: string; argument: Json }, path: string): never {
  throw invalidArgument(call.name, path, wanted, call.argument);
}
