import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deployedStage } from '../../demo/deployed-stage.ts';
import { Progress } from '../../demo/progress.ts';
import { startLab } from '../../lab.ts';
import { canRunRealMachines, defaultStateDirectory } from '../../state.ts';
import { writeDeclared } from './declared.ts';
import { managerFloor } from './floor.ts';
import { type RollReport, rollText } from './report.ts';
import { resize } from './resize.ts';
import { roll } from './roll.ts';
import { createService } from './service.ts';

/**
 * Rolls three managers and four workers, grows the managers to five and back, all under load, and prints what it took:
 * `npm run bench:roll -- [--report FILE]`. On real engines, so as root on Linux.
 */
const NAME = 'bench-roll';

async function story(directory: string, report: string | undefined, progress: Progress): Promise<void> {
  const [before, rolled, grown] = [
    await writeDeclared(directory, { managers: 3, instanceType: 't4g.small' }),
    await writeDeclared(directory, { managers: 3, instanceType: 't4g.medium' }),
    await writeDeclared(directory, { managers: 5, instanceType: 't4g.medium' }),
  ];
  progress.heading('Deploying');
  const stage = await deployedStage(NAME, progress, before);
  await createService(stage, progress);
  progress.heading('Another instance type for every machine');
  const rolls = await roll(stage, rolled.spec, progress);
  progress.heading('Three managers, five, three');
  const resizes = [await resize(stage, 5, grown, progress), await resize(stage, 3, rolled, progress)];
  progress.heading('The floor: one manager replaced by a script');
  const floor = await managerFloor(stage, progress);
  stage.close();
  const found: RollReport = { machines: 'real', roll: rolls, floor, resizes };
  progress.heading('Figures');
  progress.say(rollText(found));
  if (report !== undefined) await writeFile(report, `${JSON.stringify(found, undefined, 2)}\n`);
}

/** Rejects when the process is told to end. */
function interrupted(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}; everything is taken away`)));
  });
}

if (!canRunRealMachines()) throw new Error('there are no real machines here: they need Linux and root');
const { values } = parseArgs({ options: { report: { type: 'string' } } });
const progress = new Progress(process.stdout, { coloured: false });
const directory = await mkdtemp(join(tmpdir(), 'everswarm-bench-'));
const stateDirectory = defaultStateDirectory(NAME);
const ended = interrupted();
const lab = await startLab({ name: NAME, fleet: 'real', stateDirectory, progress: () => {}, functionConcurrency: 2 });
try {
  await Promise.race([story(directory, values.report, progress), ended]);
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await lab.stop();
  for (const path of [directory, stateDirectory]) await rm(path, { recursive: true, force: true });
}
// A story that was broken off may still wait for something.
process.exit();
