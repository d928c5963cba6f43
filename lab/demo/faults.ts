import type { SeenNode } from './engines.ts';
import type { SeenMachine } from './machines.ts';
import type { Stage } from './stage.ts';

export const FAULTS = ['kill-leader', 'kill-worker', 'kill-all-managers'] as const;
export type Fault = (typeof FAULTS)[number];

export const FAULT_TITLE: Readonly<Record<Fault, string>> = {
  'kill-leader': 'the leader',
  'kill-worker': 'a worker',
  'kill-all-managers': 'all managers at once',
};

/** A machine that is about to die, and the node that runs on it. */
export interface Victim {
  readonly machine: SeenMachine;
  readonly nodeId: string;
}

/** Whom a fault strikes in the cluster as it is now. @throws Error when the cluster is not whole */
export async function victimsOf(stage: Stage, fault: Fault): Promise<readonly Victim[]> {
  const [nodes = [], machines] = await Promise.all([stage.engines.nodes(), stage.machines.all()]);
  const chosen = choose(fault, nodes);
  const victims = chosen.flatMap((node) => {
    const machine = machines.find(({ id }) => id === node.hostname);
    return machine === undefined ? [] : [{ machine, nodeId: node.id }];
  });
  if (victims.length === 0) throw new Error(`nobody to strike for ${fault} among ${nodes.length} nodes`);
  return victims;
}

function choose(fault: Fault, nodes: readonly SeenNode[]): readonly SeenNode[] {
  switch (fault) {
    case 'kill-leader':
      return nodes.filter((node) => node.managerStatus === 'Leader');
    case 'kill-worker':
      return nodes.filter((node) => node.managerStatus === '').slice(0, 1);
    case 'kill-all-managers':
      return nodes.filter((node) => node.managerStatus !== '');
  }
}
