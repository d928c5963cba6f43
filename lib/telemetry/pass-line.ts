import { swarmView } from '../plan/swarm-view.ts';
import type { PlanInput } from '../plan/world.ts';
import { subjectOf } from '../reconcile/lanes.ts';
import type { PassReport } from '../reconcile/reconcile.ts';

/** What the log says of one pass. Ids, counts and reasons only: no request, no user data. */
export interface PassLine {
  readonly fence: number;
  readonly pass: number;
  readonly specVersion: number;
  readonly whole: boolean;
  readonly seconds: number;
  readonly seen: SeenCounts;
  readonly actions: readonly {
    readonly kind: string;
    readonly subject: string;
    /** `ok`, else the code of the failure. */
    readonly outcome: string;
    readonly reason: string;
  }[];
  readonly held: readonly string[];
  readonly waiting: readonly string[];
}

interface SeenCounts {
  /** By EC2's state. */
  readonly instances: Readonly<Record<string, number>>;
  /** `undefined`: could not be found out. */
  readonly agentsOnline: number | undefined;
  /** Machines that were asked, and those that answered. */
  readonly asked: number;
  readonly answered: number;
  /** `notAsked`, `none`, `split`, `noQuorum`, `quorum`. */
  readonly swarm: string;
  /** Nodes of the Swarm, and members of its Raft group; with a quorum only. */
  readonly nodes: number | undefined;
  readonly voters: number | undefined;
}

/** A line stays readable, and far below the 256 KiB that CloudWatch Logs takes, also when everything is held. */
const LISTED = 50;

export function passLine({ fence, pass, input, performed, status, milliseconds }: PassReport): PassLine {
  return {
    fence,
    pass,
    specVersion: status.specVersion,
    whole: status.whole,
    seconds: milliseconds / 1000,
    seen: countsOf(input),
    actions: performed.slice(0, LISTED).map(({ action, outcome }) => ({
      kind: action.kind,
      subject: subjectOf(action),
      outcome: outcome.ok ? 'ok' : outcome.code,
      reason: action.reason,
    })),
    held: listed(status.held.map(({ rule, subject }) => `${rule}: ${subject}`)),
    waiting: listed(status.waiting.map(({ what, subject }) => `${subject}: ${what}`)),
  };
}

function countsOf(input: PlanInput): SeenCounts {
  const { instances, agentsOnline, probes } = input.observation;
  const states = new Map<string, number>();
  for (const { state } of instances) states.set(state, (states.get(state) ?? 0) + 1);
  const outcomes = [...(probes?.values() ?? [])];
  const view = swarmView(input);
  return {
    instances: Object.fromEntries(states),
    agentsOnline: agentsOnline.seen ? agentsOnline.value.size : undefined,
    asked: outcomes.length,
    answered: outcomes.filter(({ kind }) => kind === 'answered').length,
    swarm: view.kind,
    nodes: view.kind === 'quorum' ? view.nodes.length : undefined,
    voters: view.kind === 'quorum' ? view.voters.length : undefined,
  };
}

function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= LISTED) return lines;
  return [...lines.slice(0, LISTED), `and ${lines.length - LISTED} more`];
}
