import { SwarmError } from '../swarm/errors.ts';

/** The part of Go's templates that `docker --format` is used with here: text, `{{.A.B}}`, `{{json .A}}`. */
export function format(template: string, value: unknown): string {
  return template.replace(/\{\{\s*(json\s+)?(\.[\w.]*)\s*\}\}|\{\{[^}]*\}\}/g, (whole, json, path) => {
    if (typeof path !== 'string') {
      throw new SwarmError('Refused', `simulated machines know {{.Field}} and {{json .Field}} only, not ${whole}`);
    }
    const found = walk(value, path.split('.').filter(Boolean), whole);
    return json === undefined && typeof found !== 'object' ? String(found) : JSON.stringify(found);
  });
}

function walk(value: unknown, path: readonly string[], whole: string): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !(name in at)) {
      throw new SwarmError('Refused', `template: ${whole}: there is no field ${name}`);
    }
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return at;
}

/** Columns as `docker` prints them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
        .join('')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
