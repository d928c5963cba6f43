import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProcessOrder {
  readonly codeDirectory: string;
  readonly memoryMb: number;
  /** Everything the process sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Called once, when the process is gone: `exit status 1`, `signal: killed`. */
  readonly onExit: (how: string) => void;
}

/** The process that runs a function's code: Node.js with the bootstrap, in the code directory, seeing its own environment only. */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  constructor(order: ProcessOrder) {
    this.#child = spawn(process.execPath, [`--max-old-space-size=${order.memoryMb}`, BOOTSTRAP], {
      cwd: order.codeDirectory,
      // Without a home of its own, the SDK would read the AWS profile of whoever runs the lab.
      env: {
        HOME: tmpdir(),
        PATH: '/usr/local/bin:/usr/bin:/bin',
        LANG: 'en_US.UTF-8',
        TZ: ':UTC',
        ...order.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', order.onLine);
    }
    this.#gone = new Promise((resolve) => {
      const over = (how: string): void => {
        order.onExit(how);
        resolve();
      };
      this.#child.once('error', (error) => over(error.message));
      this.#child.once('close', (code, signal) => over(signal === null ? `exit status ${code}` : `signal: ${signal}`));
    });
  }

  /** Peak resident memory, MiB; `undefined` where there is no `/proc` or the process is gone. */
  peakMemoryMb(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
        return undefined;
      throw error;
    }
  }

  /** Ends it at once; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));
