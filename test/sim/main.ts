import { parseArgs } from 'node:util';
import { wholeNumber } from '../support/whole-number.ts';
import { runCampaign } from './campaign.ts';
import { reportOf } from './campaign-report.ts';
import { huntAll } from './planted/hunt-all.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

const HELP = `npm run sim -- [--seeds 1000] [--from 1] [--workers <processors>]   a campaign of seeds
npm run sim -- --seed 17                                               one seed, with everything that happened
npm run sim -- --seed 17 --shrink                                      the faults that its violation needs
npm run sim -- --seed 17 --without calls-slow,engine-dies              the seed without these faults
npm run sim -- --planted [name] [--seeds 1000]                         hunts the planted bugs, or this one`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string' },
    seed: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
    planted: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const without = values.without === '' ? [] : values.without.split(',');

if (values.help) await print(HELP);
else if (values.planted) process.exitCode = await plantedBugs(positionals[0]);
else if (values.seed !== undefined) {
  const seed = wholeNumber('seed', values.seed, HELP);
  process.exitCode = values.shrink ? await smaller(seed) : await replay(seed);
} else {
  const workers = values.workers === undefined ? {} : { workers: wholeNumber('workers', values.workers, HELP) };
  const options = {
    from: wholeNumber('from', values.from, HELP),
    seeds: wholeNumber('seeds', values.seeds, HELP),
    ...workers,
  };
  const result = await runCampaign({
    ...options,
    onProgress: (done, failures) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${options.seeds} seeds, ${failures} failed`);
    },
  });
  await print(reportOf(result));
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}
// What a world still waits for in virtual time keeps no process alive, but its timers are many: end here.
process.exit();

/** Resolves when it is out: what a pipe has not taken yet would be lost at the end of the process. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

async function replay(seed: number): Promise<number> {
  const result = await simulate({ seed, without, keepTimeline: true });
  await print(result.timeline.join('\n'));
  const wholeAfter =
    result.wholeAfter === undefined ? '' : `, whole ${(result.wholeAfter / 1000).toFixed(0)} s after calm`;
  await print(`seed ${seed}: ${result.violations.length} violations${wholeAfter}, hash ${result.digest}`);
  return result.violations.length > 0 ? 1 : 0;
}

async function smaller(seed: number): Promise<number> {
  const shrunk = await shrink((dropped) => simulate({ seed, without: [...without, ...dropped] }));
  if (shrunk === undefined) {
    await print(`seed ${seed} breaks no rule`);
    return 0;
  }
  const { needed, result, runs } = shrunk;
  const [first] = result.violations;
  const dropped = [...without, ...shrunk.without];
  const option = dropped.length === 0 ? '' : ` --without ${dropped.join(',')}`;
  await print(`${first?.rule}: ${first?.what}`);
  await print(`needs ${needed.join(', ') || 'no fault at all'} (${runs} runs)`);
  await print(`npm run sim -- --seed ${seed}${option}`);
  return 1;
}

async function plantedBugs(only: string | undefined): Promise<number> {
  const { report, missed } = await huntAll(only, wholeNumber('seeds', values.seeds, HELP), (line) =>
    console.error(line),
  );
  await print(report);
  return missed === 0 ? 0 : 1;
}
