import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cattle, pets } from '../../lib/spec/groups.ts';
import { parseSpec } from '../../lib/spec/parse.ts';
import { connect } from '../cli/client.ts';
import { LAB_CREDENTIALS } from '../cli/credentials.ts';
import { createClients } from '../cloudformation/clients.ts';
import { deployStack } from '../deploy-stack.ts';
import { LAB_REGION } from '../lab.ts';
import { synthesise } from '../synthesise.ts';
import type { Progress } from './progress.ts';
import { Stage } from './stage.ts';

const SPEC = fileURLToPath(new URL('../../swarm.yaml', import.meta.url));

/** Synthesises this project's app and deploys it into a running lab. @throws what synthesis and provisioning throw */
export async function deployedStage(name: string, progress: Progress): Promise<Stage> {
  const lab = await connect(name);
  const spec = parseSpec(await readFile(SPEC, 'utf8'), SPEC);
  const directory = await progress.during('synthesising the CDK app', synthesise());

  const made = new Set<string>();
  let last = '';
  const outputs = await progress.during(
    'deploying the synthesised template',
    deployStack(lab, directory, undefined, ({ status, type, logicalId }) => {
      if (status === 'CREATE_COMPLETE') made.add(logicalId);
      if (status === 'CREATE_IN_PROGRESS') last = type;
    }),
    () =>
      `${made.size} resources made; ${last.startsWith('Custom::') ? 'the controller brings up the machines' : last}`,
  );
  progress.say(`${made.size - 1} resources; CloudFormation was told that the cluster is whole`);

  const clients = createClients({
    region: LAB_REGION.region,
    endpoint: lab.state.endpoint,
    credentials: LAB_CREDENTIALS,
  });
  const workers = cattle(spec).reduce((sum, { size }) => sum + size, 0);
  const deployed = {
    cluster: spec.cluster,
    table: required(outputs, 'TableName'),
    reconcileFunction: required(outputs, 'ReconcileFunctionName'),
  };
  return new Stage(lab, clients, deployed, { managers: pets(spec).length, workers });
}

function required(outputs: Readonly<Record<string, unknown>>, name: string): string {
  const value = outputs[name];
  if (typeof value === 'string') return value;
  throw new Error(`the stack has no output ${name}; there are ${Object.keys(outputs).join(', ')}`);
}
