import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  /** Milliseconds, after which the command is killed. @default none: the command bounds itself */
  readonly timeout?: number;
}

/** A command of the host ended badly, or could not be started. */
export class CommandError extends Error {
  readonly code = 'CommandFailed';
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(command: string, args: readonly string[], exitCode: number | undefined, stderr: string) {
    const line = [command, ...args].join(' ').slice(0, 400);
    const how = exitCode === undefined ? 'could not be started' : `ended with exit code ${exitCode}`;
    super(`\`${line}\` ${how}: ${stderr.trim().slice(-2000) || 'it said nothing'}`);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/**
 * Runs a command without a shell and takes whatever exit code it ends with; a death by signal is code 128.
 * @throws CommandError when it can't be started
 */
export function attempt(command: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeout,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    child.on('error', (error) => reject(new CommandError(command, args, undefined, error.message)));
    child.on('close', (code) =>
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

/**
 * Runs a command that must succeed; returns its standard output.
 * @throws CommandError
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await attempt(command, args, options);
  if (result.code !== 0) throw new CommandError(command, args, result.code, result.stderr || result.stdout);
  return result.stdout;
}
