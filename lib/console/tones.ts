import type { MachineSeen } from '../operate/machine-seen.ts';

/** How a thing is doing: colour and sign follow from it. */
export type Tone = 'good' | 'busy' | 'bad' | 'unsure';

/** A sign beside the colour, for those who can't tell colours. */
export const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', busy: '…', bad: '✕', unsure: '?' };

type Condition = MachineSeen['condition'];

/** The worst first: the order in which machines are drawn and told of. */
export const CONDITIONS: readonly Condition[] = ['unwell', 'missing', 'unknown', 'coming', 'going', 'healthy'];

export const CONDITION_TONES: Readonly<Record<Condition, Tone>> = {
  unwell: 'bad',
  missing: 'bad',
  unknown: 'unsure',
  coming: 'busy',
  going: 'busy',
  healthy: 'good',
};
