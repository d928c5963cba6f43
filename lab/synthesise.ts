import { fileURLToPath } from 'node:url';
import { runCdk } from './cdk.ts';

/** Synthesises this project's CDK app. Returns the directory that was written. @throws CdkError */
export async function synthesise(): Promise<string> {
  const directory = fileURLToPath(new URL('../cdk.out', import.meta.url));
  await runCdk(['synth', '--quiet', '--output', directory], { endpoint: undefined });
  return directory;
}
