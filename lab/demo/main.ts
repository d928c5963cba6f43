import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cattle, pets } from '../../lib/spec/groups.ts';
import { parseSpec } from '../../lib/spec/parse.ts';
import { connect } from '../cli/client.ts';
import { deploy } from '../cli/deploy.ts';
import { takeDown } from '../cli/down.ts';
import { terminal } from '../cli/output.ts';
import { up } from '../cli/up.ts';
import { UsageError } from '../cli/usage-error.ts';
import { createClients, destroyClients } from '../cloudformation/clients.ts';
import { LAB_REGION } from '../lab.ts';
import { livenessOf } from '../running.ts';
import { DEFAULT_LAB_NAME, defaultStateDirectory, readState } from '../state.ts';
import { DEMO_HELP, type DemoOptions, readOptions } from './options.ts';
import { Progress } from './progress.ts';
import type { Report } from './report.ts';
import { Stage } from './stage.ts';
import { type Findings, finalNodes, tell } from './story.ts';

const SPEC = fileURLToPath(new URL('../../swarm.yaml', import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    terminal.line(DEMO_HELP);
    return 0;
  }
  const progress = new Progress(process.stdout);
  const name = DEFAULT_LAB_NAME;
  await refuseToDisturb(name);
  const interrupted = (): void => {
    progress.say('interrupted; taking the lab away');
    void takeDown(name, terminal).finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    await up({ name, port: '0', simulated: options.simulated }, terminal);
    return await perform(name, options, progress);
  } finally {
    if (options.keep)
      terminal.line(`\nIt is left running: npm run lab -- ps | kill <instance> | shell <instance> | down`);
    else await takeDown(name, terminal);
  }
}

async function perform(name: string, options: DemoOptions, progress: Progress): Promise<number> {
  const lab = await connect(name);
  const clients = createClients({
    region: LAB_REGION.region,
    endpoint: lab.state.endpoint,
    credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
  });
  const findings: Findings = { heals: [], serviceSurvived: false, secretSurvived: false };
  let stage: Stage | undefined;
  let failure: string | undefined;
  try {
    progress.heading('Deploying the synthesised template');
    const spec = parseSpec(await readFile(SPEC, 'utf8'), SPEC);
    const outputs = await deploy(
      { name, assembly: undefined, stack: undefined },
      { line: () => {}, note: terminal.line },
    );
    const deployed = {
      cluster: spec.cluster,
      table: required(outputs, 'TableName'),
      reconcileFunction: required(outputs, 'ReconcileFunctionName'),
    };
    const workers = cattle(spec).reduce((sum, { size }) => sum + size, 0);
    stage = new Stage(lab, clients, deployed, { managers: pets(spec).length, workers });
    await tell(stage, findings, progress);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    progress.heading('It did not hold');
    progress.say(failure);
    if (stage !== undefined) await showEvents(stage, progress);
  }
  if (options.report !== undefined) {
    const nodes = stage === undefined ? [] : await finalNodes(stage).catch(() => []);
    const report: Report = {
      machines: lab.state.fleet,
      ...findings,
      nodes,
      ok: failure === undefined,
      failure,
      seconds: Math.round(progress.seconds),
    };
    await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    progress.say(`the report is in ${options.report}`);
  }
  destroyClients(clients);
  return failure === undefined ? 0 : 1;
}

/** A lab that somebody works with is not taken for the demo's own. */
async function refuseToDisturb(name: string): Promise<void> {
  const state = await readState(defaultStateDirectory(name));
  if (state === undefined || (await livenessOf(state)) !== 'answers') return;
  throw new Error(`the lab "${name}" runs already (${state.endpoint}). Take it down first: npm run lab -- down`);
}

/** The newest of the event log: why the controller did what it did, or did not. */
async function showEvents(stage: Stage, progress: Progress): Promise<void> {
  progress.heading('The newest events of the controller');
  for (const event of [...(await stage.store.events(30))].reverse()) {
    progress.say(
      `${new Date(event.at).toISOString().slice(11, 23)}  ${event.kind} ${event.name} ${event.subject}: ${event.reason}`,
    );
  }
}

function required(outputs: Readonly<Record<string, unknown>>, name: string): string {
  const value = outputs[name];
  if (typeof value === 'string') return value;
  throw new Error(`the stack has no output ${name}; there are ${Object.keys(outputs).join(', ')}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
