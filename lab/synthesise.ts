import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `cdk synth` refused the app. Its own words are in the message. */
export class SynthesisError extends Error {
  readonly code = 'SynthesisFailed';
  constructor(exitCode: number | null, said: string) {
    super(`cdk synth ended with ${exitCode}:\n${said.trim()}`);
    this.name = 'SynthesisError';
  }
}

/** Synthesises this project's CDK app. Returns the directory that was written. @throws SynthesisError */
export async function synthesise(): Promise<string> {
  const directory = `${ROOT}cdk.out`;
  const child = spawn(`${ROOT}node_modules/.bin/cdk`, ['synth', '--quiet', '--output', directory], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  });
  if (code !== 0) throw new SynthesisError(code, said);
  return directory;
}
