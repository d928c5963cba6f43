import { z } from 'zod';
import { systemClock } from '../lib/system-clock.ts';
import type { LabClient } from './cli/client.ts';
import { LAB_CREDENTIALS } from './cli/credentials.ts';
import { readAssembly } from './cloudformation/assembly.ts';
import { createClients, destroyClients } from './cloudformation/clients.ts';
import { provision } from './cloudformation/provision.ts';
import type { Progress } from './cloudformation/stack/journal.ts';
import { LAB_REGION } from './lab.ts';

/**
 * Provisions a synthesised stack in a running lab, as CloudFormation would. Returns the stack's outputs by name.
 * @param directory as `cdk synth` wrote it @param stackName by default the only one in it
 * @throws AssemblyError, TemplateError, StackError
 */
export async function deployStack(
  lab: LabClient,
  directory: string,
  stackName: string | undefined,
  onEvent: Progress,
): Promise<Readonly<Record<string, unknown>>> {
  const stack = await readAssembly(directory, LAB_REGION, stackName);
  for (const asset of stack.assets) await lab.post('assets', asset, z.object({}));
  const clients = createClients({
    region: LAB_REGION.region,
    endpoint: lab.state.endpoint,
    credentials: LAB_CREDENTIALS,
  });
  try {
    const { outputs } = await provision({
      ...stack,
      account: LAB_REGION.account,
      region: LAB_REGION.region,
      clients,
      clock: systemClock,
      random: Math.random,
      progress: onEvent,
    });
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  } finally {
    destroyClients(clients);
  }
}
