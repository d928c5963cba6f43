import { stringify } from 'yaml';
import { plainData } from './plain.ts';
import type { Terminal } from './terminal.ts';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** A result: the same as plain data for programs, and as lines for people. */
export interface Result {
  readonly data: unknown;
  lines(): readonly string[];
}

export function print(
  { terminal, format }: { readonly terminal: Terminal; readonly format: Format },
  { data, lines }: Result,
): void {
  for (const line of linesOf(format, data, lines)) terminal.out(line);
}

function linesOf(format: Format, data: unknown, lines: Result['lines']): readonly string[] {
  switch (format) {
    case 'table':
      return lines();
    case 'json':
      return [JSON.stringify(plainData(data), undefined, 2)];
    case 'yaml':
      return [stringify(plainData(data), { lineWidth: 0 }).trimEnd()];
  }
}
