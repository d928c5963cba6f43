export type Tone = 'good' | 'busy' | 'bad' | 'faint' | 'strong' | 'plain';

/** ANSI colours that every terminal's own theme makes readable. */
const CODES: Readonly<Record<Tone, string | undefined>> = {
  good: '32',
  busy: '33',
  bad: '31',
  faint: '2',
  strong: '1',
  plain: undefined,
};

export type Paint = (tone: Tone, text: string) => string;

/** Colour only ever repeats what the words say. */
export function painter(color: boolean): Paint {
  return (tone, text) => {
    const code = CODES[tone];
    return !color || code === undefined || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return text.replace(ESCAPES, '').length;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const PARTS = /\u001b\[[0-9;]*m|[^\u001b]/gu;

/** As much of a line as fits. */
export function cut(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let [width, out] = [0, ''];
  for (const [part] of line.matchAll(PARTS)) {
    const isColor = part.length > 2;
    if (!isColor && width >= columns - 1) continue;
    out += part;
    if (!isColor) width += 1;
  }
  return `${out}…`;
}
