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
