import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { destroyLeftovers } from '../machines/real/fleet.ts';
import { backingFilesBelow } from '../machines/real/loops.ts';
import { namespacesOf } from '../machines/real/network.ts';
import { isAlive, livenessOf } from '../running.ts';
import { canRunRealMachines, defaultStateDirectory, type LabState, readState } from '../state.ts';
import { clientOf } from './client.ts';
import type { Output } from './output.ts';

const Running = z.object({ instances: z.array(z.object({ state: z.string() })), functions: z.array(z.unknown()) });

/** As long as a lab may take to go down by itself, with all of its machines. */
const PATIENCE_MS = 60_000;

/** Takes a lab away, running or crashed, and says what it took. Does nothing, and says so, when there is none. */
export async function takeDown(name: string, output: Output): Promise<void> {
  const stateDirectory = defaultStateDirectory(name);
  const taken: string[] = [];
  const state = await readState(stateDirectory);
  if (state !== undefined) taken.push(...(await endProcess(state)));
  if (canRunRealMachines()) taken.push(...(await sweep(name, stateDirectory)));
  await rm(stateDirectory, { recursive: true, force: true });
  if (state !== undefined && taken.length === 0) taken.push('the state file of a lab that was gone');
  output.line(
    taken.length === 0
      ? `There is no lab "${name}"; nothing to take away.`
      : `Took away of the lab "${name}": ${taken.join(', ')}.`,
  );
}

/** Asks the lab's process to go down; one that can't answer is killed. */
async function endProcess(state: LabState): Promise<string[]> {
  const liveness = await livenessOf(state);
  if (liveness === 'gone') return [];
  if (liveness === 'answers') {
    const lab = clientOf(state);
    const { instances, functions } = await lab.get('instances', Running);
    await lab.post('down', {}, z.object({}));
    const machines = instances.filter((instance) => instance.state !== 'terminated').length;
    const what = [`its process ${state.pid}`, counted(machines, 'machine'), counted(functions.length, 'function')];
    if (await ended(state.pid, PATIENCE_MS)) return what.filter((part) => part !== undefined);
  }
  process.kill(state.pid, 'SIGKILL');
  await ended(state.pid, 5000);
  return [`its process ${state.pid} (killed, for it did not answer)`];
}

async function ended(pid: number, milliseconds: number): Promise<boolean> {
  const until = performance.now() + milliseconds;
  while (isAlive(pid)) {
    if (performance.now() > until) return false;
    await sleep(50);
  }
  return true;
}

/** Whatever of real machines is there still, found by the lab's name alone. */
async function sweep(name: string, stateDirectory: string): Promise<string[]> {
  const namespaces = await namespacesOf(name);
  const volumes = await backingFilesBelow(join(stateDirectory, 'volumes'));
  await destroyLeftovers(name, stateDirectory);
  const machines = namespaces.filter((namespace) => !namespace.endsWith('-vpc')).length;
  const network = namespaces.length > machines ? 'its network' : undefined;
  return [counted(machines, 'machine'), network, counted(volumes.length, 'volume')].filter(
    (part) => part !== undefined,
  );
}

function counted(number: number, what: string): string | undefined {
  return number === 0 ? undefined : `${number} ${what}${number === 1 ? '' : 's'}`;
}
