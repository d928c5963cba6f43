import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DaemonMessage } from '../daemon.ts';
import { livenessOf } from '../running.ts';
import { canRunRealMachines, defaultStateDirectory, readState } from '../state.ts';
import { takeDown } from './down.ts';
import { exportLines } from './environment.ts';
import type { Output } from './output.ts';
import { CommandError } from './usage-error.ts';

export interface UpOptions {
  readonly name: string;
  readonly port: string;
  readonly simulated: boolean;
}

/** Starts a lab in the background and waits until it is ready. One that runs already is left as it is. Returns its endpoint. */
export async function up(options: UpOptions, output: Output): Promise<string> {
  const { name } = options;
  const stateDirectory = defaultStateDirectory(name);
  const state = await readState(stateDirectory);
  const liveness = state === undefined ? 'gone' : await livenessOf(state);
  if (state !== undefined && liveness === 'answers') {
    output.line(`The lab "${name}" runs already, with ${state.fleet} machines.`);
    return state.endpoint;
  }
  const simulated = options.simulated || !canRunRealMachines();
  output.line(firstLine(options));
  if (state !== undefined) {
    output.note('An earlier run was not taken down:');
    await takeDown(name, output);
  }
  const endpoint = await startDaemon({ ...options, simulated }, stateDirectory, output);
  output.line(`The lab "${name}" is ready.`);
  return endpoint;
}

function firstLine({ simulated }: UpOptions): string {
  if (simulated) return 'Simulated machines, as asked for: an in-memory Swarm stands for the real one.';
  if (canRunRealMachines()) return 'Real machines: each with its own systemd and Docker Engine.';
  const why = process.platform === 'linux' ? 'this is not root' : `this is ${process.platform}, not Linux`;
  return `Simulated machines, because ${why}: an in-memory Swarm stands for the real one.`;
}

async function startDaemon(options: UpOptions, stateDirectory: string, output: Output): Promise<string> {
  await mkdir(stateDirectory, { recursive: true });
  const logPath = join(stateDirectory, 'daemon.log');
  const log = await open(logPath, 'w');
  const child = spawn(process.execPath, [DAEMON, ...daemonArguments(options, stateDirectory)], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  const began = performance.now();
  const elapsed = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8);
  try {
    return await readiness(child, (line) => output.note(`${elapsed()}  ${line}`));
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\nIts log: ${logPath}`);
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** @returns the endpoint */
function readiness(child: ChildProcess, progress: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`the lab's process ended with ${signal ?? code} before it was ready`)),
    );
    child.on('message', (message: DaemonMessage) => {
      if (message.kind === 'progress') progress(message.line);
      else if (message.kind === 'ready') resolve(message.endpoint);
      else reject(new Error(message.message));
    });
  });
}

function daemonArguments({ name, port, simulated }: UpOptions, stateDirectory: string): string[] {
  const wanted = ['--name', name, '--port', port, '--state', stateDirectory];
  return simulated ? [...wanted, '--simulated'] : wanted;
}

/** How to point other tools at the lab. */
export function printUse(endpoint: string, output: Output): void {
  output.line('');
  output.line('Point the AWS CLI, an SDK or npx cdk at it:');
  for (const line of exportLines(endpoint)) output.line(`  ${line}`);
  output.line('');
  output.line('Then: npm run lab -- deploy | ps | kill <instance> | shell <instance> | logs <function> | down');
}

const DAEMON = fileURLToPath(new URL('../daemon.ts', import.meta.url));
