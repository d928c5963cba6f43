import { parseArgs } from 'node:util';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { simulate } from './simulate.ts';

const HELP = `npm run sim -- [--seeds 1000] [--from 1] [--workers <processors>]   a campaign of seeds
npm run sim -- --seed 17                                               one seed, with everything that happened`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) await print(HELP);
else if (values.seed !== undefined) process.exitCode = await replay(whole('seed', values.seed));
else {
  const workers = values.workers === undefined ? {} : { workers: whole('workers', values.workers) };
  const options = { from: whole('from', values.from), seeds: whole('seeds', values.seeds), ...workers };
  const result = await runCampaign({
    ...options,
    onProgress: (done, failures) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${options.seeds} seeds, ${failures} failed`);
    },
  });
  await print(report(result));
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}
// What a world still waits for in virtual time keeps no process alive, but its timers are many: end here.
process.exit();

function whole(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} is "${text}"; it takes a whole number.\n${HELP}`);
}

/** Resolves when it is out: what a pipe has not taken yet would be lost at the end of the process. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

async function replay(seed: number): Promise<number> {
  const result = await simulate({ seed, keepTimeline: true });
  await print(result.timeline.join('\n'));
  const wholeAfter =
    result.wholeAfter === undefined ? '' : `, whole ${(result.wholeAfter / 1000).toFixed(0)} s after calm`;
  await print(`seed ${seed}: ${result.violations.length} violations${wholeAfter}, hash ${result.digest}`);
  return result.violations.length > 0 ? 1 : 0;
}

function report(result: CampaignResult): string {
  const { seeds, seconds, failures, coverage, calls, virtualHours, longest } = result;
  const lines: string[] = [];
  for (const kind of ['fault', 'state', 'action', 'held', 'waiting for']) {
    const counts = [...coverage.counts].filter(([name]) => name.startsWith(`${kind} `));
    lines.push(`${kind}:`);
    for (const [name, count] of counts.toSorted(([, a], [, b]) => b - a)) {
      lines.push(`${String(count).padStart(9)} ${name.slice(kind.length + 1)}`);
    }
  }
  lines.push(
    `${seeds} seeds in ${seconds.toFixed(0)} s: ${(seeds / seconds).toFixed(1)} a second, ${calls} calls, ${virtualHours.toFixed(0)} virtual hours`,
    `longest from calm to whole: ${(longest.milliseconds / 1000).toFixed(0)} s (seed ${longest.seed})`,
    `${failures.length} seeds with a violation`,
  );
  for (const { seed, violations } of failures) {
    const [first] = violations;
    lines.push(`  ${first?.rule}: ${first?.what}`, `    npm run sim -- --seed ${seed}`);
  }
  return lines.join('\n');
}
