import type { InstanceSeen } from '../observe/observation.ts';
import type { PreviewStep, Refusal } from './change-preview.ts';

/** One group's part of a preview. */
export interface GroupPart {
  readonly launches: readonly PreviewStep[];
  readonly rolls: readonly PreviewStep[];
  readonly ends: readonly PreviewStep[];
  /** Machines that are there and are wanted, with whatever configuration. */
  readonly staying: readonly InstanceSeen[];
  /** Ids of those of them that are replaced. */
  readonly replaced: ReadonlySet<string>;
  readonly refused: readonly Refusal[];
}
