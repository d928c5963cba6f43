import { TemplateError } from '../errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../json.ts';
import { cidrBlocks } from './cidr.ts';
import { type Call, invalidArgument, type ValueFunction, valueCall } from './intrinsics.ts';
import { NO_VALUE, type Scope } from './scope.ts';
import { parseSubstitution, splitAttribute } from './substitution.ts';

/**
 * A value with every intrinsic function in it replaced by what it yields; `undefined` when all of it is AWS::NoValue.
 * Properties and list elements that are AWS::NoValue are left out.
 *
 * @throws TemplateError naming the path of a function that is unknown, malformed, or names what is not there
 */
export function resolve(value: Json, scope: Scope, path: string): Json | undefined {
  if (isJsonArray(value)) {
    return value.flatMap((element, index) => {
      const resolved = resolve(element, scope, `${path}.${index}`);
      return resolved === undefined ? [] : [resolved];
    });
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const call = valueCall(value, path);
  return call === undefined ? resolveObject(value, scope, path) : apply(call, scope, `${path}.${call.name}`);
}

/** As `resolve`, for a whole set of properties. */
export function resolveObject(object: JsonObject, scope: Scope, path: string): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, element]) => {
      const resolved = resolve(element, scope, `${path}.${key}`);
      return resolved === undefined ? [] : [[key, resolved]];
    }),
  );
}

function apply(call: Call<ValueFunction>, scope: Scope, path: string): Json | undefined {
  const { name, argument } = call;
  switch (name) {
    case 'Ref':
      return ref(argument, scope, path);
    case 'Fn::GetAtt':
      return getAtt(argument, scope, path);
    case 'Fn::Join': {
      const [separator, items] = tuple(name, argument, 2, scope, path, '[separator, [strings]]');
      return texts(name, items, path).join(text(name, separator, path));
    }
    case 'Fn::Sub':
      return substitute(argument, scope, path);
    case 'Fn::Select': {
      const [index, items] = tuple(name, argument, 2, scope, path, '[index, [values]]');
      const list = isJsonArray(items) ? items : undefined;
      const chosen = list?.[integer(name, index, path)];
      if (chosen === undefined) {
        throw invalidArgument(name, path, `an index below ${list?.length ?? 0} and a list`, [
          index ?? null,
          items ?? null,
        ]);
      }
      return chosen;
    }
    case 'Fn::Split': {
      const [separator, source] = tuple(name, argument, 2, scope, path, '[separator, string]');
      return text(name, source, path).split(text(name, separator, path));
    }
    case 'Fn::GetAZs': {
      const given = text(name, resolve(argument, scope, path), path);
      const region = given === '' ? scope.ref('AWS::Region') : given;
      const zones = typeof region === 'string' ? scope.zones(region) : undefined;
      if (zones === undefined) {
        throw invalidArgument(name, path, "the stack's own Region, or an empty string for it", region);
      }
      return zones;
    }
    case 'Fn::FindInMap': {
      const [map, top, second] = tuple(name, argument, 3, scope, path, '[map, top-level key, second-level key]');
      const found = scope.mapping(text(name, map, path), text(name, top, path), text(name, second, path));
      if (found === undefined) {
        throw invalidArgument(name, path, 'keys that are in Mappings', [map ?? null, top ?? null, second ?? null]);
      }
      return resolve(found, scope, path);
    }
    case 'Fn::Base64':
      return Buffer.from(text(name, resolve(argument, scope, path), path)).toString('base64');
    case 'Fn::Cidr': {
      const [block, count, bits] = tuple(name, argument, 3, scope, path, '[block, count, host bits]');
      const blocks = cidrBlocks(text(name, block, path), integer(name, count, path), integer(name, bits, path));
      if (blocks === undefined) {
        throw invalidArgument(name, path, 'an IPv4 block that holds count (1 to 256) blocks of that size', argument);
      }
      return blocks;
    }
    case 'Fn::If':
      return choose(argument, scope, path);
  }
}

function ref(argument: Json, scope: Scope, path: string): Json | undefined {
  const name = text('Ref', argument, path);
  if (name === NO_VALUE) {
    return undefined;
  }
  const value = scope.ref(name);
  if (value === undefined) {
    throw unresolved(path, `"${name}" is neither a parameter nor a resource that this stack creates`);
  }
  return value;
}

function getAtt(argument: Json, scope: Scope, path: string): Json {
  const named = attributeName(argument, (inner) => resolve(inner, scope, path));
  if (named === undefined) {
    throw invalidArgument('Fn::GetAtt', path, '[logical id, attribute] or "logical id.attribute"', argument);
  }
  return attributeOf(named, scope, path);
}

/** Both forms of Fn::GetAtt's argument. The logical id is literal; the attribute may be a Ref. */
export function attributeName(
  argument: Json,
  resolveInner: (value: Json) => Json | undefined,
): { readonly logicalId: string; readonly attribute: string } | undefined {
  if (typeof argument === 'string') {
    return splitAttribute(argument);
  }
  if (!isJsonArray(argument) || argument.length < 2) {
    return undefined;
  }
  const [logicalId, ...rest] = argument;
  const attribute = rest.map((part) => (isJsonObject(part) ? resolveInner(part) : part));
  return typeof logicalId === 'string' && attribute.every((part) => typeof part === 'string')
    ? { logicalId, attribute: attribute.join('.') }
    : undefined;
}

function attributeOf(named: { logicalId: string; attribute: string }, scope: Scope, path: string): Json {
  const value = scope.attribute(named.logicalId, named.attribute);
  if (value === undefined) {
    throw unresolved(
      path,
      `"${named.logicalId}" has no attribute "${named.attribute}", or is no resource that this stack creates`,
    );
  }
  return value;
}

function substitute(argument: Json, scope: Scope, path: string): string {
  const [source, given] = isJsonArray(argument) && argument.length === 2 ? argument : [argument, {}];
  if (typeof source !== 'string' || !isJsonObject(given)) {
    throw invalidArgument('Fn::Sub', path, 'a string, or [string, { variable: value }]', argument);
  }
  const variables = resolveObject(given, scope, path);
  return parseSubstitution(source)
    .map((part) => {
      if (part.kind === 'text') {
        return part.text;
      }
      if (Object.hasOwn(variables, part.name)) {
        return text('Fn::Sub', variables[part.name], path);
      }
      const named = splitAttribute(part.name);
      const value = named === undefined ? ref(part.name, scope, path) : attributeOf(named, scope, path);
      return text('Fn::Sub', value, path);
    })
    .join('');
}

function choose(argument: Json, scope: Scope, path: string): Json | undefined {
  if (!isJsonArray(argument) || argument.length !== 3) {
    throw invalidArgument('Fn::If', path, '[condition, value if true, value if false]', argument);
  }
  const [name, whenTrue = null, whenFalse = null] = argument;
  const condition = typeof name === 'string' ? scope.condition(name) : undefined;
  if (condition === undefined) {
    throw unresolved(path, `${JSON.stringify(name)} is not in Conditions`);
  }
  return condition ? resolve(whenTrue, scope, `${path}.1`) : resolve(whenFalse, scope, `${path}.2`);
}

function tuple(
  name: string,
  argument: Json,
  length: number,
  scope: Scope,
  path: string,
  wanted: string,
): readonly Json[] {
  if (!isJsonArray(argument) || argument.length !== length) {
    throw invalidArgument(name, path, wanted, argument);
  }
  const resolved = argument.map((element, index) => resolve(element, scope, `${path}.${index}`));
  return resolved.map((element) => {
    if (element === undefined) {
      throw invalidArgument(name, path, wanted, argument);
    }
    return element;
  });
}

function text(name: string, value: Json | undefined, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw invalidArgument(name, path, 'a string here', value);
}

function texts(name: string, value: Json | undefined, path: string): readonly string[] {
  if (!isJsonArray(value)) {
    throw invalidArgument(name, path, 'a list of strings', value);
  }
  return value.map((element) => text(name, element, path));
}

function integer(name: string, value: Json | undefined, path: string): number {
  const number = Number(text(name, value, path));
  if (!Number.isInteger(number) || number < 0) {
    throw invalidArgument(name, path, 'a whole number of 0 or more here', value);
  }
  return number;
}

function unresolved(path: string, message: string): TemplateError {
  return TemplateError.of('UnresolvedReference', path, message);
}
