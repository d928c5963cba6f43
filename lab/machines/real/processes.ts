import { readFile } from 'node:fs/promises';
import { attempt } from './run.ts';
import { until } from './wait.ts';

/** Host process ids in a named network namespace; none when the namespace is gone. */
export async function processesIn(namespace: string): Promise<number[]> {
  const { stdout } = await attempt('ip', ['netns', 'pids', namespace]);
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** Signals a process; one that is gone already is no error. */
export function signal(pid: number, number: number | NodeJS.Signals): void {
  try {
    process.kill(pid, number);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * Kills everything in a network namespace and waits until it is gone. A machine's process 1 goes first, and the kernel
 * takes all of the machine with it; its parent then sees it end and ends too, so that nothing is left unreaped.
 * @throws HostTimeoutError
 */
export async function killNamespace(namespace: string): Promise<void> {
  await until(`processes of ${namespace} end`, 15_000, async () => {
    const init = await initOf(namespace);
    const pids = init === undefined ? await processesIn(namespace) : [init];
    for (const pid of pids) signal(pid, 'SIGKILL');
    return pids.length === 0;
  });
}

/** The host's process id of the namespace's process 1, or `undefined` when it has none yet. */
export async function initOf(namespace: string): Promise<number | undefined> {
  for (const pid of await processesIn(namespace)) {
    const status = await procFile(pid, 'status');
    // `NSpid: <host> <inside>`: process 1 of exactly one namespace below ours (proc_pid_status(5)).
    if (status !== undefined && /^NSpid:\s+\d+\s+1$/m.test(status)) return pid;
  }
  return undefined;
}

/** A file of /proc, or `undefined` when the process is gone. */
export async function procFile(pid: number, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
