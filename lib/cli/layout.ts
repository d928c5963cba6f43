import { widthOf } from './style.ts';

/** Columns as wide as their widest cell, two spaces between. Cells may be coloured. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], indent = ''): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) => {
    const cells = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)));
    return (indent + cells.join('  ')).trimEnd();
  });
}

/** A table that fits: columns are left out in the order of `expendable` until it does. The first line is the header. */
export function fitted(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
  expendable: readonly number[],
  indent = '',
): string[] {
  const gone = new Set<number>();
  for (const next of [...expendable, undefined]) {
    const kept = (row: readonly string[]): readonly string[] => row.filter((_, column) => !gone.has(column));
    const lines = table(kept(header), rows.map(kept), indent);
    if (columns === undefined || next === undefined || lines.every((line) => widthOf(line) <= columns)) return lines;
    gone.add(next);
  }
  return [];
}

/** One on the left, one on the right of a line; under each other where they don't fit. */
export function justified(left: string, right: string, columns: number | undefined): string[] {
  const room = (columns ?? 80) - widthOf(left) - widthOf(right);
  return room >= 2 ? [left + ' '.repeat(room) + right] : [left, right];
}

/** Columns that a text has at the least beside its lead; where it has not, it begins below it, at `NARROW`. */
const LEAST = 24;
const NARROW = 6;

/**
 * A text after a lead, broken between words; its further lines begin under its first word. Without columns it stays one line.
 * The text itself is not coloured.
 */
export function hanging(lead: string, text: string, columns: number | undefined): string[] {
  if (columns === undefined) return [(lead + text).trimEnd()];
  const indent = widthOf(lead);
  if (indent > NARROW && indent + LEAST > columns) {
    const margin = ' '.repeat(lead.length - lead.trimStart().length);
    if (widthOf(lead.trimEnd()) > columns) return hanging(margin, `${lead.trim()} ${text}`, columns);
    return [lead.trimEnd(), ...hanging(' '.repeat(NARROW), text, columns)];
  }
  const room = Math.max(LEAST, columns - indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each, index) => (index === 0 ? lead + each : ' '.repeat(indent) + each).trimEnd());
}

/** Leads of one list, as wide as the widest. */
export function hangingList(
  items: readonly { readonly lead: string; readonly text: string }[],
  columns: number | undefined,
  indent = '  ',
): string[] {
  const most = columns === undefined ? Number.POSITIVE_INFINITY : columns - indent.length - 2 - LEAST;
  const width = Math.max(0, ...items.map(({ lead }) => widthOf(lead)).filter((own) => own <= most));
  return items.flatMap(({ lead, text }) =>
    hanging(`${indent}${lead}${' '.repeat(Math.max(0, width - widthOf(lead)))}  `, text, columns),
  );
}
