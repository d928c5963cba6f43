import { METRIC, type Measurement } from '../metrics.ts';
import { nodesByInstance, type SwarmView, swarmView } from '../plan/swarm-view.ts';
import { declaredGroups, isLive, ownEntry, type PlanInput } from '../plan/world.ts';

/** How the machines are that are no managers; of workers only a quorum can say whether they are ready. */
export function measureWorkers(input: PlanInput): readonly Measurement[] {
  const others = declaredGroups(input).filter(({ spec }) => spec.flavor !== 'swarm-manager');
  const declared = others
    .map(({ spec: { allocation } }) => (allocation.kind === 'size' ? allocation.size : allocation.logicalIds.length))
    .reduce((sum, count) => sum + count, 0);
  const healthy = healthyWorkers(input, swarmView(input));
  return [
    { metric: METRIC.declaredWorkers, value: declared },
    ...(healthy === undefined ? [] : [{ metric: METRIC.healthyWorkers, value: healthy }]),
  ];
}

function healthyWorkers(input: PlanInput, view: SwarmView): number | undefined {
  if (view.kind !== 'quorum') return undefined;
  const nodes = nodesByInstance(view);
  return input.observation.instances.filter((instance) => {
    const flavor = ownEntry(input.committed.spec.groups, instance.group ?? '')?.flavor;
    if (!isLive(instance)) return false;
    if (flavor === 'vanilla') return instance.state === 'running';
    return flavor === 'swarm-worker' && nodes.get(instance.id)?.some(({ state }) => state === 'ready') === true;
  }).length;
}
