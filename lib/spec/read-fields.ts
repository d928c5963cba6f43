import * as z from 'zod';
import type { Path, Problems } from './problems.ts';
import { isPrototypeKey } from './prototype-keys.ts';
import { suggest } from './suggest.ts';

type Shape<S> = { readonly [K in keyof S]: z.ZodType };
type Values<S extends Shape<S>> = { -readonly [K in keyof S]?: z.output<S[K]> };

/**
 * Reads an object field by field: what is right is returned, what is wrong goes to `problems`, and so does every
 * unknown key. One bad field does not hide what is wrong with the others, as one schema of the whole would.
 */
export function readFields<S extends Shape<S>>(
  shape: S,
  required: readonly (keyof S & string)[],
  value: Readonly<Record<string, unknown>>,
  path: Path,
  problems: Problems,
): Values<S> {
  const known = Object.keys(shape);
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) refuseUnknown(key, value[key], known, path, problems);
  }
  const values: Values<S> = {};
  for (const key in shape) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    if (given === undefined && !required.includes(key)) continue;
    const read = readValue(shape[key], given, [...path, key], problems);
    if (read !== undefined) values[key] = read;
  }
  return values;
}

/** One value; `undefined` when it was refused. */
export function readValue<T extends z.ZodType>(
  schema: T,
  value: unknown,
  path: Path,
  problems: Problems,
): z.output<T> | undefined {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const messages = [...new Set(result.error.issues.map((issue) => issue.message))];
  problems.add(path, value, value === undefined ? 'is missing' : 'is not allowed here', messages.join('; '));
  return undefined;
}

function refuseUnknown(key: string, value: unknown, known: readonly string[], path: Path, problems: Problems): void {
  if (isPrototypeKey(key)) {
    problems.add([...path, key], undefined, 'is a name that JavaScript keeps for itself', 'another name');
    return;
  }
  const near = suggest(key, known);
  const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
  problems.add([...path, key], value, `is given for the unknown key \`${key.slice(0, 60)}\`${hint}`, known.join(', '));
}
