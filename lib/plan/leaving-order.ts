import type { InstanceSeen } from '../observe/observation.ts';
import { isToBeReplaced } from './orders.ts';
import { nodesByInstance, type SwarmView } from './swarm-view.ts';
import { compareText, type PlanInput } from './world.ts';

/**
 * Who goes first: what does not work, what is being drained already, then of the fullest zone, of those the oldest
 * configuration, then whoever has the fewest tasks, then the oldest machine.
 */
export function leavingOrder(
  input: PlanInput,
  view: SwarmView,
  group: string,
  live: readonly InstanceSeen[],
): readonly InstanceSeen[] {
  const nodes: ReturnType<typeof nodesByInstance> = view.kind === 'quorum' ? nodesByInstance(view) : new Map();
  const queues = new Map<string, Candidate[]>();
  for (const instance of live) {
    const node = nodes.get(instance.id)?.find(({ state }) => state === 'ready');
    const candidate = {
      instance,
      rank: node === undefined ? 0 : node.availability === 'drain' ? 1 : 2,
      outdated: isToBeReplaced(input, group, instance),
      tasks: node?.tasks ?? 0,
    };
    const queue = queues.get(instance.zone);
    if (queue === undefined) queues.set(instance.zone, [candidate]);
    else queue.push(candidate);
  }
  for (const queue of queues.values()) queue.sort(byWorth);
  const order: InstanceSeen[] = [];
  for (;;) {
    // The zones are few, their machines may be a thousand: only the first of each is looked at.
    const heads = [...queues.values()].flatMap((queue) => (queue[0] === undefined ? [] : [{ queue, first: queue[0] }]));
    const [next] = heads.sort(
      (a, b) => a.first.rank - b.first.rank || b.queue.length - a.queue.length || byWorth(a.first, b.first),
    );
    if (next === undefined) return order;
    next.queue.shift();
    order.push(next.first.instance);
  }
}

interface Candidate {
  readonly instance: InstanceSeen;
  readonly rank: number;
  readonly outdated: boolean;
  readonly tasks: number;
}

function byWorth(a: Candidate, b: Candidate): number {
  return (
    a.rank - b.rank ||
    Number(b.outdated) - Number(a.outdated) ||
    a.tasks - b.tasks ||
    a.instance.launchedAt - b.instance.launchedAt ||
    compareText(a.instance.id, b.instance.id)
  );
}
