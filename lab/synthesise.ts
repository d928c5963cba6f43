import { fileURLToPath } from 'node:url';
import { runCdk } from './cdk.ts';

export interface Synthesis {
  /** The file of the declared cluster. @default the project's swarm.yaml */
  readonly spec?: string;
  /** Directory to write. @default cdk.out in the project */
  readonly output?: string;
}

/** Synthesises this project's CDK app. Returns the directory that was written. @throws CdkError */
export async function synthesise({ spec, output }: Synthesis = {}): Promise<string> {
  const directory = output ?? fileURLToPath(new URL('../cdk.out', import.meta.url));
  const context = spec === undefined ? [] : ['--context', `spec=${spec}`];
  await runCdk(['synth', '--quiet', '--output', directory, ...context], { endpoint: undefined });
  return directory;
}
