import type { ActionKind, Held, Waiting } from '../plan/action.ts';

/** What would become of a cluster, before anything is done. Plain data: it is shown as text, JSON and YAML. */
export interface ChangePreview {
  /** What differs between the two specs, field by field. */
  readonly changes: readonly FieldChange[];
  /** From what is there to what is declared, to the end, in the order in which the controller does it. */
  readonly steps: readonly PreviewStep[];
  /** What the controller's next pass would do of it. */
  readonly next: readonly NextAction[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  /** Machines that are exchanged for others. */
  readonly replaced: number;
  /** Machines that come in nobody's place. */
  readonly launched: number;
  /** Machines that go without a successor. */
  readonly ended: number;
  /** Machines that are changed while they run. */
  readonly inPlace: number;
  /** What would not be done, although it is declared. */
  readonly refused: readonly Refusal[];
}

export interface FieldChange {
  /** E.g. `network.cidr`, `groups.workers.instanceType`. */
  readonly path: string;
  /** As text for people; `-`: not there. */
  readonly from: string;
  readonly to: string;
  readonly effect: Effect;
}

/** What a change of a field takes. */
export type Effect =
  /** Other machines. */
  | 'replace'
  /** Running machines are given it. */
  | 'in-place'
  /** More machines or fewer. */
  | 'count'
  /** Nothing: it is in force with the commit. */
  | 'none'
  /** Resources that only the stack can make: `cdk deploy`. */
  | 'deploy';

export type StepKind = 'settings' | 'launch' | 'replace' | 'hand-over' | 'end';

export interface PreviewStep {
  readonly what: StepKind;
  /** A logical ID, or a group. */
  readonly subject: string;
  /** Machines that it is about. */
  readonly count: number;
  readonly reason: string;
}

/** One or more alike actions of the plan for the next pass. */
export interface NextAction {
  readonly what: ActionKind;
  /** The same in words, e.g. `launch a machine`. */
  readonly does: string;
  readonly subject: string;
  readonly reason: string;
}

export interface Refusal {
  /** Stable name: `needs-deploy`, `halted`, `no-majority`, `recovering`, `removing`. */
  readonly code: string;
  readonly what: string;
  readonly why: string;
  /** What the operator can do about it. */
  readonly remedy: string;
}
