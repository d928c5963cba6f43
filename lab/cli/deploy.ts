import { resolve } from 'node:path';
import { deployStack } from '../deploy-stack.ts';
import { synthesise } from '../synthesise.ts';
import { connect } from './client.ts';
import type { Output } from './output.ts';

export interface DeployOptions {
  readonly name: string;
  /** A directory that `cdk synth` wrote; `undefined`: this project is synthesised. */
  readonly assembly: string | undefined;
  readonly stack: string | undefined;
}

/** Deploys into the running lab, and prints what happens and the stack's outputs. */
export async function deploy(options: DeployOptions, output: Output): Promise<void> {
  const lab = await connect(options.name);
  if (options.assembly === undefined) output.note('Synthesising the CDK app into cdk.out');
  const directory = options.assembly === undefined ? await synthesise() : resolve(options.assembly);
  const began = performance.now();
  const outputs = await deployStack(lab, directory, options.stack, ({ status, type, logicalId, reason }) => {
    const elapsed = `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8);
    output.note(`${elapsed}  ${status}  ${type}  ${logicalId}${reason === undefined ? '' : `  ${reason}`}`);
  });
  for (const [name, value] of Object.entries(outputs)) {
    output.line(`${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
}
