import type { SeenNode } from './engines.ts';
import type { SeenMachine } from './machines.ts';

/** How many of each the demo declares, read from its swarm.yaml. */
export interface Expected {
  readonly managers: number;
  readonly workers: number;
}

/**
 * Why the Swarm is not whole, in a few words; `undefined` when it is: the declared number of machines runs, each is a
 * node that is ready, all managers are reachable and one leads, and nobody else is in the list.
 */
export function shortfall(
  nodes: readonly SeenNode[] | undefined,
  machines: readonly SeenMachine[],
  expected: Expected,
): string | undefined {
  if (nodes === undefined) return 'no manager answers';
  const running = machines.filter((machine) => machine.state === 'running');
  const lacks: string[] = [];
  for (const [group, number] of [
    ['managers', expected.managers],
    ['workers', expected.workers],
  ] as const) {
    const members = running.filter((machine) => machine.group === group);
    const well = members.filter((machine) =>
      isWell(
        nodes.find((node) => node.hostname === machine.id),
        group,
      ),
    );
    if (well.length !== number) lacks.push(`${well.length} of ${number} ${group} ready`);
  }
  const leaders = nodes.filter((node) => node.managerStatus === 'Leader').length;
  if (leaders !== 1) lacks.push(`${leaders} leaders`);
  const surplus = nodes.length - expected.managers - expected.workers;
  if (surplus > 0) lacks.push(`${surplus} dead in the list`);
  return lacks.length === 0 ? undefined : lacks.join(', ');
}

function isWell(node: SeenNode | undefined, group: string): boolean {
  if (node === undefined || node.status !== 'Ready') return false;
  return group !== 'managers' || node.managerStatus === 'Leader' || node.managerStatus === 'Reachable';
}
