import type * as z from 'zod';

/** Why a machine's report is not taken for facts. Never leaves this room: parsers answer with its message. */
export class ReportError extends Error {}

/** The lines between a report's first and its last, each as name and value. @throws ReportError */
export function reportLines(text: string, version: string): { readonly name: string; readonly value: string }[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const [first, ...rest] = lines;
  if (first !== version) throw new ReportError(`the first line is ${shown(first ?? '')}, not "${version}"`);
  if (rest.pop() !== 'end') throw new ReportError('the last line is not "end": the report was cut off');
  return rest.map((line) => {
    const space = line.indexOf(' ');
    return space < 0 ? { name: line, value: '' } : { name: line.slice(0, space), value: line.slice(space + 1) };
  });
}

/** Facts by name, each there once and each known. */
export class Facts {
  readonly #known: ReadonlySet<string>;
  readonly #values = new Map<string, string>();

  constructor(known: readonly string[]) {
    this.#known = new Set(known);
  }

  /** @throws ReportError */
  add(name: string, value: string): void {
    if (!this.#known.has(name))
      throw new ReportError(`unknown line ${shown(value === '' ? name : `${name} ${value}`)}`);
    if (this.#values.has(name)) throw new ReportError(`"${name}" is there twice`);
    this.#values.set(name, value);
  }

  optional(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws ReportError */
  required(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new ReportError(`"${name}" is missing`);
    return value;
  }
}

export function json<T>(name: string, value: string, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ReportError(`"${name}" is no JSON: ${shown(value)}`);
    throw error;
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ReportError(`"${name}" is not as expected: ${problems.join('; ')}`);
}

export function choice<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new ReportError(`"${name}" is ${shown(value)}, not one of ${allowed.join(', ')}`);
  return found;
}

export function matched(name: string, value: string, pattern: RegExp): string {
  if (!pattern.test(value)) throw new ReportError(`"${name}" is ${shown(value)}`);
  return value;
}

/** A whole number that a JavaScript number holds exactly. */
export function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new ReportError(`"${name}" is ${shown(value)}, not a whole number`);
  return Number(value);
}

export function shown(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
