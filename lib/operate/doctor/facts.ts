import type { RingingAlarm } from '../../aws/alarms.ts';
import { errorCode, errorMessage, isAwsError } from '../../aws/errors.ts';
import { mayInvoke } from '../../deployment/wake.ts';
import type { MachineProbe, Sighting } from '../../observe/observation.ts';
import type { PlanInput } from '../../plan/world.ts';
import type { ClusterSpec } from '../../spec/spec.ts';
import type { Operator } from '../operator.ts';
import { type ClusterOverview, overviewOf } from '../overview.ts';
import { look } from '../situation.ts';

/** Everything that the checks look at. */
export interface DoctorFacts {
  readonly overview: ClusterOverview;
  readonly input: PlanInput;
  /** What each running machine says of itself, workers as well; those that are silent are not in it. */
  readonly answers: readonly MachineProbe[];
  /** By instance id: why it is silent. */
  readonly silent: ReadonlyMap<string, string>;
  /** May this operator wake the controller? */
  readonly wake: Sighting<true>;
  readonly alarms: Sighting<readonly RingingAlarm[]>;
  /** What a file declares; `undefined`: none was given. */
  readonly declared: ClusterSpec | undefined;
}

/**
 * Reads it all. What is not allowed, or fails, beyond the state itself is a fact as well.
 * @throws OperateError; AWS's errors where the table or EC2 can't be read
 */
export async function gatherFacts(
  operator: Operator,
  options: { readonly alarms: () => Promise<readonly RingingAlarm[]>; readonly declared: ClusterSpec | undefined },
): Promise<DoctorFacts> {
  const { aws, reconcileFunction } = operator;
  const [situation, wake, alarms] = await Promise.all([
    look(operator, { ask: true }),
    sight(async () => {
      await mayInvoke(aws.lambda, reconcileFunction);
      return true as const;
    }),
    sight(options.alarms),
  ]);
  const { input } = situation;
  const asked = input.observation.probes ?? new Map();
  const others = input.observation.instances
    .filter(({ id, state, group }) => state === 'running' && group !== undefined && !asked.has(id))
    .map(({ id }) => id);
  const outcomes = [...asked, ...(others.length === 0 ? [] : await operator.probe(others))];
  return {
    overview: overviewOf(situation),
    input,
    answers: outcomes.flatMap(([, outcome]) => (outcome.kind === 'answered' ? [outcome.probe] : [])),
    silent: new Map(outcomes.flatMap(([id, outcome]) => (outcome.kind === 'silent' ? [[id, outcome.reason]] : []))),
    wake,
    alarms,
    declared: options.declared,
  };
}

async function sight<T>(read: () => Promise<T>): Promise<Sighting<T>> {
  try {
    return { seen: true, value: await read() };
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return { seen: false, reason: `${errorCode(error)}: ${errorMessage(error)}` };
  }
}
