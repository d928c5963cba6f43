import { writeFile } from 'node:fs/promises';
import { takeDown } from '../cli/down.ts';
import { terminal } from '../cli/output.ts';
import { up } from '../cli/up.ts';
import { CommandError, UsageError } from '../cli/usage-error.ts';
import { livenessOf } from '../running.ts';
import { DEFAULT_LAB_NAME, defaultStateDirectory, readState } from '../state.ts';
import { deployedStage } from './deployed-stage.ts';
import { DEMO_HELP, type DemoOptions, readOptions } from './options.ts';
import { Progress } from './progress.ts';
import type { Report } from './report.ts';
import type { Stage } from './stage.ts';
import { type Findings, finalNodes, tell } from './story.ts';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    terminal.line(DEMO_HELP);
    return 0;
  }
  const name = DEFAULT_LAB_NAME;
  await refuseToDisturb(name);
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const progress = new Progress(process.stdout, { coloured });
  const interrupted = (): void => {
    terminal.line('\nInterrupted; the lab is taken away.');
    void takeDown(name, terminal).finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupted);
  try {
    await up({ name, port: '0', simulated: options.simulated }, terminal);
    return await perform(name, options, progress);
  } finally {
    if (options.keep) {
      terminal.line('\nIt is left running: npm run lab -- ps | kill <instance> | shell <instance> | down');
    } else {
      terminal.line('');
      await takeDown(name, terminal);
    }
  }
}

/** A lab that somebody works with is not taken for the demo's own. */
async function refuseToDisturb(name: string): Promise<void> {
  const state = await readState(defaultStateDirectory(name));
  if (state === undefined || (await livenessOf(state)) !== 'answers') return;
  throw new CommandError(`the lab "${name}" runs already (${state.endpoint}). Take it down first: npm run lab -- down`);
}

async function perform(name: string, options: DemoOptions, progress: Progress): Promise<number> {
  const findings: Findings = { heals: [], serviceSurvived: false, secretSurvived: false };
  let stage: Stage | undefined;
  let failure: string | undefined;
  try {
    progress.heading('Deploying');
    stage = await deployedStage(name, progress);
    await tell(stage, findings, progress);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    progress.heading('It did not hold');
    progress.say(failure);
    if (stage !== undefined) await showEvents(stage, progress).catch(() => progress.say('no events could be read'));
  }
  if (options.report !== undefined) {
    const nodes = stage === undefined ? [] : await finalNodes(stage).catch(() => []);
    const machines = (await readState(defaultStateDirectory(name)))?.fleet ?? 'simulated';
    const seconds = Math.round(progress.seconds);
    const report: Report = { machines, ...findings, nodes, ok: failure === undefined, failure, seconds };
    await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    progress.say(`the report is in ${options.report}`);
  }
  stage?.close();
  return failure === undefined ? 0 : 1;
}

/** The newest of the event log: why the controller did what it did, or did not. */
async function showEvents(stage: Stage, progress: Progress): Promise<void> {
  progress.heading('The newest events of the controller');
  for (const event of [...(await stage.store.events(30))].reverse()) {
    const time = new Date(event.at).toISOString().slice(11, 23);
    progress.say(`${time}  ${event.kind} ${event.name} ${event.subject}: ${event.reason}`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
