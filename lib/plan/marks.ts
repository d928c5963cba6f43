import type { Records } from './records.ts';

/**
 * What is begun with a machine is remembered as its suspicion's symptom, so that the next pass, or the next controller,
 * goes on with it. These are the symptoms that are intentions of ours and no complaints.
 */
export const MARK = {
  /** Its removal was begun, and is finished whatever is declared later. */
  leaving: 'leaving',
  /** It is about to be replaced by a machine of the new configuration at the same address. */
  rolling: 'rolling',
  /** It was the leader and handed over, as it is to be replaced: the new leader is given time first. */
  handedOver: 'handed-over',
  /** It was given other settings; its node does not list them yet. */
  settings: 'settings',
  /** The volume of this logical ID is not listed. The only one that is kept under a logical ID and not an instance. */
  volumeLost: 'volume-lost',
} as const;

export const MARKS: ReadonlySet<string> = new Set(Object.values(MARK));

export function isMarked(records: Records, subject: string, mark: (typeof MARK)[keyof typeof MARK]): boolean {
  return records.suspicions.get(subject)?.symptom === mark;
}
