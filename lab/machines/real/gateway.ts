import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { namespacePath, vpcNamespace } from './names.ts';
import { listNamespaces } from './network.ts';
import { CommandError } from './run.ts';

const PROXY = join(import.meta.dirname, 'proxy.ts');
/** Between a proxy's end and the next one's start: doubled at each start that fails. */
const RESTART_MILLISECONDS = 200;
const LONGEST_RESTART_MILLISECONDS = 10_000;

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
      let isServing = false;
      child.stdout.once('data', () => {
        isServing = true;
        resolve();
      });
      child.once('error', (error) => reject(new CommandError('nsenter', args, undefined, error.message)));
      child.once('exit', (code) => {
        if (!isServing) reject(new CommandError('nsenter', args, code ?? 128, said));
        else if (this.#wanted) void this.#relaunch();
      });
    });
  }

  /**
   * A proxy that died takes the machines' metadata and agents with it: it is started again, until it serves, or is not
   * wanted any more, or the VPC itself was taken away, e.g. by whoever takes away leftovers of a lab of this name.
   */
  async #relaunch(): Promise<void> {
    let wait = RESTART_MILLISECONDS;
    for (;;) {
      await sleep(wait);
      try {
        const isThere = (await listNamespaces()).includes(this.#namespace);
        if (!this.#wanted || !isThere) return;
        return await this.#launch();
      } catch (error) {
        if (!this.#wanted) return;
        wait = Math.min(wait * 2, LONGEST_RESTART_MILLISECONDS);
        process.emitWarning(`the lab's link-local proxy does not start, next attempt in ${wait} ms: ${String(error)}`);
      }
    }
  }
}
