/** A source of numbers 0 ≤ x < 1. */
export type Random = () => number;

/**
 * The same seed gives the same numbers. Mulberry32: 32 bits of state, quick, good enough for simulations, no secrets.
 * Source: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Smallest and largest, in milliseconds. */
export type Span = readonly [least: number, most: number];

/** A whole number of milliseconds within the span. */
export function within(random: Random, [least, most]: Span): number {
  return Math.round(least + random() * (most - least));
}

/** `length` characters of `alphabet`. */
export function randomText(random: Random, length: number, alphabet: string): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += alphabet.charAt(Math.floor(random() * alphabet.length));
  return text;
}
