import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { namespacePath, vpcNamespace } from './names.ts';
import { CommandError } from './run.ts';

const PROXY = join(import.meta.dirname, 'proxy.ts');
const RESTART_MILLISECONDS = 200;

/** Keeps the VPC's link-local proxy running. */
export class Gateway {
  readonly #namespace: string;
  readonly #socket: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #wanted = false;

  constructor(name: string, socket: string) {
    this.#namespace = vpcNamespace(name);
    this.#socket = socket;
  }

  /** Resolves when both ports are open. @throws CommandError with what the proxy said, when it ends instead */
  async start(): Promise<void> {
    this.#wanted = true;
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Cuts the connections of a machine that is gone. */
  hangUp(address: string): void {
    this.#child?.stdin.write(`${address}\n`);
  }

  #launch(): Promise<void> {
    const args = [`--net=${namespacePath(this.#namespace)}`, '--', process.execPath, PROXY, this.#socket];
    const child = spawn('nsenter', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    // A proxy that ended is started again by its exit, not by a write that failed.
    child.stdin.on('error', () => undefined);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    return new Promise((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('error', (error) => reject(new CommandError('nsenter', args, undefined, error.message)));
      child.once('exit', (code) => {
        reject(new CommandError('nsenter', args, code ?? 128, said));
        if (this.#wanted) void this.#relaunch();
      });
    });
  }

  /** A proxy that died takes the machines' metadata and agents with it: it is started again until it is not wanted. */
  async #relaunch(): Promise<void> {
    await sleep(RESTART_MILLISECONDS);
    if (!this.#wanted) return;
    try {
      await this.#launch();
    } catch (error) {
      process.emitWarning(`the lab's link-local proxy does not start: ${String(error)}`);
    }
  }
}
