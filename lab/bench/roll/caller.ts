import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Stage } from '../../demo/stage.ts';
import { vpcNamespace } from '../../machines/real/names.ts';
import { PORT } from './service.ts';

const CallReport = z.object({
  calls: z.number(),
  /** Calls that were answered at the second address or a later one. */
  retried: z.number(),
  longestMs: z.number(),
  /** Calls that nobody answered. */
  failures: z.array(z.object({ at: z.number(), why: z.string() })),
});
export type CallReport = Readonly<z.infer<typeof CallReport>>;

const PROGRAM = fileURLToPath(new URL('caller-process.ts', import.meta.url));
const REGISTER_MS = 500;

/** A client of the service, beside the machines on the VPC's wire, with the running workers as its targets. */
export class Caller implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #report: Promise<string>;
  readonly #targets: Promise<void>;
  #stopped = false;

  constructor(stage: Stage) {
    const args = ['netns', 'exec', vpcNamespace(stage.lab.state.name), process.execPath, PROGRAM, String(PORT)];
    this.#child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#report = text(this.#child.stdout);
    this.#targets = this.#register(stage);
  }

  async stop(): Promise<CallReport> {
    this.#stopped = true;
    await this.#targets;
    this.#child.stdin.end();
    return CallReport.parse(JSON.parse(await this.#report));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#targets.catch(() => undefined);
    if (this.#child.exitCode !== null) return;
    this.#child.kill();
    await this.#report.catch(() => undefined);
  }

  /** As a target group is kept: machines that run are in it, those on their way out are not. */
  async #register(stage: Stage): Promise<void> {
    while (!this.#stopped) {
      const workers = await stage.machines.running('workers');
      this.#child.stdin.write(`${JSON.stringify(workers.map(({ address }) => address))}\n`);
      await new Promise((resolve) => setTimeout(resolve, REGISTER_MS));
    }
  }
}
