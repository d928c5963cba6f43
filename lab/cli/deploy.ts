import { resolve } from 'node:path';
import { bootstrap, deployStack } from '../deploy-stack.ts';
import { synthesise } from '../synthesise.ts';
import { connect } from './client.ts';
import type { Output } from './output.ts';

export interface DeployOptions {
  readonly name: string;
  /** A directory that `cdk synth` wrote; `undefined`: this project is synthesised. */
  readonly assembly: string | undefined;
  readonly stack: string | undefined;
}

/** Deploys into the running lab with the CDK's own command line, and prints what that says and the stack's outputs. */
export async function deploy(options: DeployOptions, output: Output): Promise<void> {
  const lab = await connect(options.name);
  const { endpoint } = lab.state;
  const onLine = (line: string): void => output.note(line);
  if (options.assembly === undefined) output.note('Synthesising the CDK app into cdk.out');
  const assembly = options.assembly === undefined ? await synthesise() : resolve(options.assembly);
  await bootstrap(endpoint, onLine);
  const outputs = await deployStack({ endpoint, assembly, stackName: options.stack, onLine });
  for (const [name, value] of Object.entries(outputs)) output.line(`${name} = ${value}`);
}
