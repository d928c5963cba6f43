import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenNode } from '../../demo/engines.ts';
import type { Stage } from '../../demo/stage.ts';

/** The managers' list as it was at one moment. */
export interface Look {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly nodes: readonly SeenNode[];
}

/** Each look is a `docker node ls` on every manager, which takes its share of the machine that is measured. */
const LOOK_MS = 2_000;

/** Looks at the Swarm's list of nodes again and again, by the engines' own word. */
export class Watch implements AsyncDisposable {
  readonly looks: Look[] = [];
  readonly #run: Promise<void>;
  #stopped = false;

  constructor(stage: Stage) {
    this.#run = this.#look(stage);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#run;
  }

  /** Looks that found fewer reachable managers than a majority of those in the list. */
  withoutQuorum(): readonly Look[] {
    return this.looks.filter(({ nodes }) => {
      const managers = nodes.filter(isManager);
      return managers.filter(isReachable).length <= managers.length / 2;
    });
  }

  /** The most managers that were in the list and not reachable at one moment. */
  mostAway(): number {
    return Math.max(
      0,
      ...this.looks.map(({ nodes }) => nodes.filter((node) => isManager(node) && !isReachable(node)).length),
    );
  }

  /** How many managers were in the list, each number once for as long as it stayed. */
  managerCounts(): readonly number[] {
    const counts = this.looks.map(({ nodes }) => nodes.filter(isManager).length);
    return counts.filter((count, index) => count !== counts[index - 1]);
  }

  /** When this machine's node was seen ready for the first time, and as a manager reachable. */
  wellSince(instanceId: string): number | undefined {
    return this.looks.find(({ nodes }) =>
      nodes.some(
        (node) => node.hostname === instanceId && node.status === 'Ready' && (!isManager(node) || isReachable(node)),
      ),
    )?.at;
  }

  /** When the node that runs on this machine was first seen drained. */
  drainedBefore(instanceId: string): number | undefined {
    const node = this.looks.at(-1)?.nodes.find(({ hostname }) => hostname === instanceId);
    return this.looks.find(({ nodes }) =>
      nodes.some(({ id, availability }) => id === node?.id && availability === 'Drain'),
    )?.at;
  }

  async #look(stage: Stage): Promise<void> {
    while (!this.#stopped) {
      const nodes = await stage.engines.nodes().catch(() => undefined);
      if (nodes !== undefined) this.looks.push({ at: Date.now(), nodes });
      await sleep(LOOK_MS);
    }
  }
}

function isManager({ managerStatus }: SeenNode): boolean {
  return managerStatus !== '';
}

function isReachable({ managerStatus }: SeenNode): boolean {
  return managerStatus === 'Leader' || managerStatus === 'Reachable';
}
