import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { readAssembly } from '../cloudformation/assembly.ts';
import { createClients, destroyClients } from '../cloudformation/clients.ts';
import { provision } from '../cloudformation/provision.ts';
import { LAB_REGION } from '../lab.ts';
import { connect } from './client.ts';
import type { Output } from './output.ts';
import { CommandError } from './usage-error.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface DeployOptions {
  readonly name: string;
  /** A directory that `cdk synth` wrote; `undefined`: this project is synthesised. */
  readonly assembly: string | undefined;
  readonly stack: string | undefined;
}

/** Provisions a synthesised stack in the running lab, as CloudFormation would. Returns the stack's outputs by name. */
export async function deploy(options: DeployOptions, output: Output): Promise<Readonly<Record<string, unknown>>> {
  const lab = await connect(options.name);
  if (options.assembly === undefined) await synthesise(output);
  const directory = resolve(options.assembly ?? `${ROOT}/cdk.out`);
  const stack = await readAssembly(directory, LAB_REGION, options.stack);
  for (const asset of stack.assets) await lab.post('assets', asset, z.object({}));
  const clients = createClients({
    region: LAB_REGION.region,
    endpoint: lab.state.endpoint,
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  });
  const began = performance.now();
  try {
    const deployed = await provision({
      ...stack,
      account: LAB_REGION.account,
      region: LAB_REGION.region,
      clients,
      clock: systemClock,
      random: Math.random,
      progress: (event) => {
        const elapsed = `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8);
        output.note(
          `${elapsed}  ${event.status}  ${event.type}  ${event.logicalId}${event.reason === undefined ? '' : `  ${event.reason}`}`,
        );
      },
    });
    const outputs = Object.fromEntries(Object.entries(deployed.outputs).map(([key, { value }]) => [key, value]));
    for (const [key, value] of Object.entries(outputs))
      output.line(`${key} = ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return outputs;
  } finally {
    destroyClients(clients);
  }
}

async function synthesise(output: Output): Promise<void> {
  output.note('Synthesising the CDK app into cdk.out');
  const child = spawn(`${ROOT}/node_modules/.bin/cdk`, ['synth', '--quiet'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('exit', settle);
  });
  if (code !== 0) throw new CommandError(`cdk synth ended with ${code}; its own message is above`);
}
