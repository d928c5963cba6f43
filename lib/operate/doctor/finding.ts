/** How much it matters: `error`: something does not work, or is at risk; `warning`: it will matter; `note`: good to know. */
export type Severity = 'error' | 'warning' | 'note';

export const CHECKS = [
  'access',
  'controller',
  'quorum',
  'machines',
  'engines',
  'disks',
  'launches',
  'roll-outs',
  'tokens',
  'alarms',
  'declaration',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Something that is not as it should be. */
export interface Finding {
  readonly check: CheckName;
  readonly severity: Severity;
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What one check came to. */
export interface Checked {
  readonly check: CheckName;
  /** What was looked at and is well; or why it could not be looked at. */
  readonly said: string;
  /** False: it could not be looked at. */
  readonly looked: boolean;
  readonly findings: readonly Finding[];
}
