import type { Position, SpecProblem } from './error.ts';

export type Path = readonly (string | number)[];

/** Collects every problem of one document, so that all of them are told at once. */
export interface Problems {
  add(path: Path, value: unknown, found: string, allowed: string): void;
  readonly all: readonly SpecProblem[];
}

/** @param locate where a path is written in the source text, if it has one */
export function createProblems(locate: (path: Path) => Position | undefined): Problems {
  const all: SpecProblem[] = [];
  return {
    all,
    add(path, value, found, allowed) {
      all.push({ path: formatPath(path), value, found, allowed, position: locate(path) });
    },
  };
}

/** `groups.managers.allocation.logicalIds[1]`; names that are no plain identifiers are quoted: `labels["a b"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part.length <= 60 ? part : `${part.slice(0, 59)}…`)}]`;
  }
  return text;
}
