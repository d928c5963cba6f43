import type { ProbeOutcome, SwarmNode } from '../../../lib/observe/observation.ts';
import type { Plan } from '../../../lib/plan/action.ts';
import type { PlanInput } from '../../../lib/plan/world.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Overrides } from '../overrides.ts';
import type { Scenario } from './scenario.ts';

/** A defect put into the system on purpose. If the simulation does not find it, the simulation is worth nothing. */
export interface PlantedBug {
  readonly name: string;
  /** What it breaks, in one sentence. */
  readonly breaks: string;
  /** The rules of the simulation that may report it. */
  readonly caughtBy: readonly string[];
  /** Made anew for each run: some bugs remember things. */
  plant(): Overrides;
  /** Where it can only show: what no fault of the campaign brings about. @default a run of the campaign */
  readonly scenario?: Scenario;
  /** The mixture of faults in which it soon shows, for bugs that the seeds' own mixtures bring out in hundreds of seeds only. */
  readonly faults?: FaultPlan;
}

/** A bug in the planner: the plan is changed after it was made. */
export function changedPlan(change: (plan: Plan, input: PlanInput) => Plan): () => Overrides {
  return () => ({ plan: (real) => (input) => change(real(input), input) });
}

/** A bug in the planner: it is told something else than what is. */
export function changedInput(change: (input: PlanInput) => PlanInput): () => Overrides {
  return () => ({ plan: (real) => (input) => real(change(input)) });
}

/** What machines answered, changed. */
export function withAnswers(input: PlanInput, change: (outcome: ProbeOutcome, id: string) => ProbeOutcome): PlanInput {
  const { probes } = input.observation;
  if (probes === undefined) return input;
  const changed = new Map([...probes].map(([id, outcome]) => [id, change(outcome, id)]));
  return { ...input, observation: { ...input.observation, probes: changed } };
}

/** The lists of nodes among what machines answered, changed. */
export function withNodes(input: PlanInput, change: (nodes: readonly SwarmNode[]) => readonly SwarmNode[]): PlanInput {
  return withAnswers(input, (outcome) => {
    if (outcome.kind !== 'answered' || outcome.probe.nodes === undefined) return outcome;
    return { ...outcome, probe: { ...outcome.probe, nodes: change(outcome.probe.nodes) } };
  });
}
