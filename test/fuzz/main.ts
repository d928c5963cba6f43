import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../support/whole-number.ts';

const HELP = `npm run fuzz -- [--minutes 10]                properties with new examples, until one fails or the time is over
npm run fuzz -- --seed 17 [test files]        these examples once`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else {
  const seeds =
    values.seed === undefined
      ? newSeeds(wholeNumber('minutes', values.minutes, HELP))
      : [wholeNumber('seed', values.seed, HELP)];
  process.exitCode = tryAll(seeds) ? 0 : 1;
}

function* newSeeds(minutes: number): Generator<number> {
  const end = Date.now() + minutes * 60_000;
  do yield randomInt(2 ** 31);
  while (Date.now() < end);
}

function tryAll(seeds: Iterable<number>): boolean {
  let tried = 0;
  for (const seed of seeds) {
    if (!tryExamples(seed)) return false;
    tried += 1;
  }
  console.log(`no property failed; sets of examples: ${tried}`);
  return true;
}

function tryExamples(seed: number): boolean {
  const files = positionals.length > 0 ? positionals : filesWithProperties();
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', './test/fuzz/examples.ts', '--test', '--test-reporter=spec', ...files],
    {
      encoding: 'utf8',
      env: { ...process.env, EVERSWARM_EXAMPLES: String(seed) },
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (status === 0) return true;
  const failures = stdout.slice(Math.max(0, stdout.lastIndexOf('✖ failing tests:')));
  console.log(`${failures}\nnpm run fuzz -- --seed ${seed} ${positionals.join(' ')}`.trimEnd());
  return false;
}

function filesWithProperties(): readonly string[] {
  return globSync('test/**/*.test.ts').filter((file) => readFileSync(file, 'utf8').includes("'fast-check'"));
}
