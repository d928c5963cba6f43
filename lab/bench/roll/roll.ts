import type { SeenMachine } from '../../demo/machines.ts';
import type { Progress } from '../../demo/progress.ts';
import type { Stage } from '../../demo/stage.ts';
import { commit } from './commit.ts';
import { type UnderLoad, underLoad } from './under-load.ts';
import { untilSeenWhole } from './until-seen.ts';
import type { Watch } from './watch.ts';

/** One machine in the place of another. Seconds are as the managers' list showed it. */
export interface Replaced {
  readonly group: string;
  readonly address: string;
  readonly instanceId: string;
  /** From its launch to ready, and as a manager reachable. */
  readonly bootSeconds: number;
  /** Of a manager: from the drain of the machine before it to reachable again. */
  readonly awaySeconds: number | undefined;
}

export interface Roll {
  readonly replaced: readonly Replaced[];
  /** From the commit until the last new machine of the group was ready. */
  readonly workerSeconds: number;
  readonly managerSeconds: number;
  readonly sameManagerNodes: boolean;
}

/** Gives every machine of the cluster another configuration, and waits until all of them have it. @throws ClaimError */
export async function roll(stage: Stage, file: string, progress: Progress): Promise<UnderLoad<Roll>> {
  const before = await managerNodes(stage);
  const old = new Set((await stage.machines.all()).map(({ id }) => id));
  return await underLoad(stage, 'roll', async (watch) => {
    const began = Date.now();
    await commit(stage, file);
    const fresh = await untilSeenWhole(stage, watch, progress, 'every machine to be replaced', (running) => {
      const left = running.filter(({ id }) => old.has(id)).length;
      return left === 0 ? undefined : `${left} of ${running.length} are of before`;
    });
    const replaced = fresh.map((machine) => replacedBy(machine, watch));
    const after = await managerNodes(stage);
    const lastOf = (group: string) =>
      (Math.max(...fresh.filter((one) => one.group === group).map(({ id }) => watch.wellSince(id) ?? 0)) - began) /
      1000;
    return {
      replaced,
      workerSeconds: lastOf('workers'),
      managerSeconds: lastOf('managers'),
      sameManagerNodes: [...before].every(([address, id]) => after.get(address) === id) && before.size === after.size,
    };
  });
}

/** By address: the node id of each manager, as the Swarm has it. */
async function managerNodes(stage: Stage): Promise<ReadonlyMap<string, string>> {
  const [nodes = [], managers] = await Promise.all([stage.engines.nodes(), stage.machines.running('managers')]);
  return new Map(
    managers.map(({ id, address }) => [address, nodes.find(({ hostname }) => hostname === id)?.id ?? `none for ${id}`]),
  );
}

function replacedBy({ id, group, address, launchedAt }: SeenMachine, watch: Watch): Replaced {
  const well = watch.wellSince(id);
  const drained = group === 'managers' ? watch.drainedBefore(id) : undefined;
  return {
    group,
    address,
    instanceId: id,
    bootSeconds: well === undefined ? Number.NaN : (well - launchedAt) / 1000,
    awaySeconds: well === undefined || drained === undefined ? undefined : (well - drained) / 1000,
  };
}
