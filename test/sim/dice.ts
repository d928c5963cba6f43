import { type Random, type Span, seededRandom, within } from '../../lab/sim/random.ts';

/** One source of chance. Each part of the world has its own, so that one more draw in one does not change the others. */
export interface Dice {
  readonly random: Random;
  /** True with this probability. */
  chance(probability: number): boolean;
  within(span: Span): number;
  /** `undefined` when there is none. */
  pick<T>(from: readonly T[]): T | undefined;
}

export function createDice(seed: number, stream: number): Dice {
  const random = seededRandom(Math.imul(seed ^ (stream << 24), 0x9e3779b1) ^ stream);
  return {
    random,
    chance: (probability) => probability > 0 && random() < probability,
    within: (span) => within(random, span),
    pick: (from) => from[Math.floor(random() * from.length)],
  };
}
