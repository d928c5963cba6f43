import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cattle, pets } from '../../lib/spec/groups.ts';
import { parseSpec } from '../../lib/spec/parse.ts';
import { connect } from '../cli/client.ts';
import { LAB_CREDENTIALS } from '../cli/credentials.ts';
import { createClients } from '../cloudformation/clients.ts';
import { bootstrap, deployStack, resourceEvent } from '../deploy-stack.ts';
import { LAB_REGION } from '../lab.ts';
import { type Synthesis, synthesise } from '../synthesise.ts';
import type { Progress } from './progress.ts';
import { Stage } from './stage.ts';

const SPEC = fileURLToPath(new URL('../../swarm.yaml', import.meta.url));

/** Synthesises this project's app and deploys it into a running lab, with the CDK's own command line. @throws CdkError */
export async function deployedStage(name: string, progress: Progress, synthesis: Synthesis = {}): Promise<Stage> {
  const lab = await connect(name);
  const file = synthesis.spec ?? SPEC;
  const spec = parseSpec(await readFile(file, 'utf8'), file);
  const { endpoint } = lab.state;
  const [assembly] = await progress.during(
    'cdk synth, and cdk bootstrap beside it',
    Promise.all([synthesise(synthesis), bootstrap(endpoint, () => {})]),
  );

  let [done, last] = [0, 'publishing the functions'];
  const onLine = (line: string): void => {
    const event = resourceEvent(line);
    if (event?.status === 'CREATE_IN_PROGRESS') last = event.type;
    done = Math.max(done, event?.done ?? 0);
  };
  const outputs = await progress.during(
    'cdk deploy',
    deployStack({ endpoint, assembly, onLine }),
    () => `${done} resources made; ${last.startsWith('Custom::') ? 'the controller brings up the machines' : last}`,
  );
  progress.say(`${done - 1} resources; CloudFormation was told that the cluster is whole`);

  const clients = createClients({
    region: LAB_REGION.region,
    endpoint,
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

function required(outputs: Readonly<Record<string, string>>, name: string): string {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new Error(`the stack has no output ${name}; there are ${Object.keys(outputs).join(', ')}`);
}
