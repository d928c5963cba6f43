import { compileMatcher, type Matcher } from './matcher.ts';
import { invalidPattern } from './pattern-error.ts';

/** Does the event match? */
export type EventTest = (event: unknown) => boolean;

/** A field's value in an event; every element of a list counts on its own. */
type Values = { readonly present: false } | { readonly present: true; readonly values: readonly unknown[] };

/**
 * Compiles an event pattern: every field named must match, one of a field's alternatives is enough.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 *
 * @throws ServiceError `InvalidEventPatternException`, naming the field.
 */
export function compilePattern(text: string): EventTest {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern([], `it is no JSON: ${String(error)}`);
  }
  return compileObject(pattern, []);
}

function compileObject(pattern: unknown, path: readonly string[]): EventTest {
  if (!isObject(pattern)) throw invalidPattern(path, 'it must be an object or a list of alternatives');
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern(path, 'empty objects are not allowed');
  const tests = entries.map(([name, value]) =>
    name === '$or' ? compileOr(value, path) : compileField(name, value, [...path, name]),
  );
  return (event) => tests.every((test) => test(event));
}

function compileOr(value: unknown, path: readonly string[]): EventTest {
  if (!Array.isArray(value) || value.length < 2)
    throw invalidPattern([...path, '$or'], 'it must be a list of two or more');
  const tests = value.map((each) => compileObject(each, path));
  return (event) => tests.some((test) => test(event));
}

function compileField(name: string, value: unknown, path: readonly string[]): EventTest {
  if (!Array.isArray(value)) {
    const inner = compileObject(value, path);
    // A list of objects matches if one of them does.
    return (event) => {
      const field = fieldOf(event, name);
      return field.present ? field.values.some(inner) : inner(undefined);
    };
  }
  if (value.length === 0) throw invalidPattern(path, 'empty lists are not allowed');
  const alternatives: readonly Matcher[] = value.map((each) => compileMatcher(each, path));
  return (event) => {
    const field = fieldOf(event, name);
    return alternatives.some((matcher) => (field.present ? matcher.present(field.values) : matcher.absent));
  };
}

function fieldOf(event: unknown, name: string): Values {
  if (!isObject(event) || !Object.hasOwn(event, name)) return { present: false };
  const value = event[name];
  return { present: true, values: Array.isArray(value) ? value.flat() : [value] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
