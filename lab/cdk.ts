import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { exportedVariables } from './cli/environment.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The CDK's command line ended with an error. Its own words are in the message. */
export class CdkError extends Error {
  readonly code = 'CdkFailed';
  constructor(command: string, exitCode: number | null, said: string) {
    super(`cdk ${command} ended with ${exitCode}:\n${said.trim()}`);
    this.name = 'CdkError';
  }
}

export interface CdkOptions {
  /** Of the lab; `undefined`: nothing of AWS is needed. */
  readonly endpoint: string | undefined;
  /** Where there is a cdk.json, its app is synthesised first. @default the project's root */
  readonly directory?: string;
  /** Told of each line that it writes, without colours. @default nobody is told */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs the genuine command line of the CDK on this project's app, pointed at the lab by its environment alone.
 * @throws CdkError when it does not end well
 */
export async function runCdk(
  args: readonly string[],
  { endpoint, directory = ROOT, onLine = () => {} }: CdkOptions,
): Promise<void> {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = process.env;
  const child = spawn(`${ROOT}node_modules/.bin/cdk`, args, {
    cwd: directory,
    env: {
      ...inherited,
      // The app's own command is `node`: the one that runs this.
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      ...(endpoint === undefined ? {} : exportedVariables(endpoint)),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (text) => {
      const line = stripVTControlCharacters(text);
      said.push(line);
      onLine(line);
    });
  }
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  });
  if (code !== 0) throw new CdkError(args[0] ?? '', code, said.join('\n'));
}
