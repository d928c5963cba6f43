import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { LabState } from './state.ts';

/** What is behind a state file: a lab that answers, a process that does not, or nothing any more. */
export type Liveness = 'answers' | 'silent' | 'gone';

const Status = z.object({ name: z.string(), pid: z.number() });

/** A lab of that name runs already. */
export class LabRunningError extends Error {
  readonly code = 'LabRunning';
  constructor(state: LabState) {
    super(
      `a lab named "${state.name}" runs already (process ${state.pid}, ${state.endpoint}); use it, or take it down first: npm run lab -- down`,
    );
    this.name = 'LabRunningError';
  }
}

export async function livenessOf(state: LabState): Promise<Liveness> {
  if (!isAlive(state.pid)) return 'gone';
  try {
    const response = await fetch(`${state.endpoint}/_lab/status`, { signal: AbortSignal.timeout(3000) });
    const status = Status.safeParse(await response.json());
    if (status.success && status.data.name === state.name && status.data.pid === state.pid) return 'answers';
  } catch (error) {
    // No answer, or one that is no JSON, says only that this is no healthy lab: the process is looked at next.
    if (!(error instanceof Error)) throw error;
  }
  return (await looksLikeLab(state.pid)) ? 'silent' : 'gone';
}

/** Does it run? One that has ended and was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // The state is the first letter after the command, which stands in brackets and may hold any character.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z') === true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return true;
    throw error;
  }
}

/** A process id is used again some day: only a process of this project's lab is taken for the one that was meant. */
async function looksLikeLab(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return /lab\/(daemon|demo\/main)\.ts/.test(command);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return false;
    throw error;
  }
}
