import { METRIC, type Measurement } from '../metrics.ts';
import { isHealthyVoter, type SwarmView, swarmView } from '../plan/swarm-view.ts';
import { instancesById, isLive, type PlanInput } from '../plan/world.ts';
import { managerGroup } from '../spec/groups.ts';

const DAY = 24 * 3_600_000;

/** How the managers are, as far as they were asked; what EC2 alone says where that is enough. */
export function measureManagers(input: PlanInput): readonly Measurement[] {
  const declared = declaredManagers(input);
  const view = swarmView(input);
  const healthy = healthyManagers(input, view, declared);
  const margin = quorumMargin(input, view, declared, healthy);
  const certificate = certificateDaysLeft(input);
  const tokens = tokenAgeDays(input);
  return [
    { metric: METRIC.declaredManagers, value: declared.size },
    ...(healthy === undefined ? [] : [{ metric: METRIC.healthyManagers, value: healthy }]),
    ...(margin === undefined ? [] : [{ metric: METRIC.quorumMargin, value: margin }]),
    ...(certificate === undefined ? [] : [{ metric: METRIC.certificateDaysLeft, value: certificate }]),
    ...(tokens === undefined ? [] : [{ metric: METRIC.tokenAgeDays, value: tokens }]),
  ];
}

function declaredManagers({ committed }: PlanInput): ReadonlySet<string> {
  const { allocation } = managerGroup(committed.spec).group;
  return new Set(allocation.kind === 'logicalIds' ? allocation.logicalIds : []);
}

/** @returns `undefined`: nobody was asked */
function healthyManagers(input: PlanInput, view: SwarmView, declared: ReadonlySet<string>): number | undefined {
  const { probes } = input.observation;
  if (probes === undefined) return undefined;
  const isDeclared = (instanceId: string): boolean =>
    declared.has(instancesById(input).get(instanceId)?.logicalId ?? '');
  if (view.kind === 'quorum') return view.witnesses.filter(({ instanceId }) => isDeclared(instanceId)).length;
  // Without a quorum nobody can say who is reachable: those count whose own engine takes part in the Swarm.
  return [...probes].filter(([instanceId, outcome]) => {
    if (outcome.kind !== 'answered' || !isDeclared(instanceId)) return false;
    const { engine } = outcome.probe;
    return engine.state === 'up' && engine.localState === 'active' && engine.controlAvailable;
  }).length;
}

/** @returns `undefined`: there is no Swarm yet, or it can't be told */
function quorumMargin(
  input: PlanInput,
  view: SwarmView,
  declared: ReadonlySet<string>,
  healthy: number | undefined,
): number | undefined {
  if (view.kind === 'quorum') return view.voters.filter(isHealthyVoter).length - majorityOf(view.voters.length);
  if (view.kind === 'split' || input.records.genesis?.clusterId === undefined) return undefined;
  const majority = majorityOf(declared.size);
  if (healthy !== undefined) return Math.min(-1, healthy - majority);
  const running = input.observation.instances.filter((one) => isLive(one) && declared.has(one.logicalId ?? '')).length;
  return running < majority ? running - majority : undefined;
}

function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

function certificateDaysLeft({ observation, now }: PlanInput): number | undefined {
  const ends = [...(observation.probes?.values() ?? [])].flatMap((outcome) =>
    outcome.kind === 'answered' && outcome.probe.raftState === 'present' ? (outcome.probe.certificateEnds ?? []) : [],
  );
  return ends.length === 0 ? undefined : (Math.min(...ends) - now) / DAY;
}

function tokenAgeDays({ records: { rotation, genesis }, now }: PlanInput): number | undefined {
  const since = rotation?.at ?? (genesis?.clusterId === undefined ? undefined : genesis.claimedAt);
  return since === undefined ? undefined : (now - since) / DAY;
}
