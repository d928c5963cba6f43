import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup-error.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const NODE = join(MODULES, '.bin', 'node');
/** Holds the hash of the package-lock.json that node_modules was last found to agree with. */
const STAMP = join(MODULES, '.everswarm-setup');
const WANTED_MAJOR = 24;

/** Makes node_modules agree with package-lock.json, with Node.js 24 in it. */
export function ensureNodePackages() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  if (existsSync(NODE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return;
  const reason = difference(JSON.parse(lock)) ?? wrongNode();
  if (reason !== undefined) install(reason);
  writeFileSync(STAMP, hash);
}

/** The first way in which the installed packages differ from the lock file; `undefined` when they agree. */
function difference(lock) {
  const listing = join(MODULES, '.package-lock.json');
  if (!existsSync(listing)) return 'the npm packages are not installed yet';
  const installed = JSON.parse(readFileSync(listing, 'utf8')).packages;
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const found = installed[path];
    // Optional packages are for one system or another: those for others are rightly missing.
    if (found === undefined && wanted.optional !== true && wanted.devOptional !== true) return `${path} is missing`;
    if (found !== undefined && found.version !== wanted.version) {
      return `${path} is ${found.version}, package-lock.json has ${wanted.version}`;
    }
  }
  return undefined;
}

function wrongNode() {
  const { stdout } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  if (stdout?.startsWith(`v${WANTED_MAJOR}.`)) return undefined;
  return `node_modules/.bin/node is ${stdout?.trim() || 'missing'}, not Node.js ${WANTED_MAJOR}`;
}

function install(reason) {
  console.log(`setup: npm ci, because ${reason}`);
  // npm must not run on the Node.js that it is about to replace.
  const path = process.env.PATH.split(delimiter).filter((entry) => !entry.startsWith(MODULES));
  const result = spawnSync('npm', ['ci', '--no-progress'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  if (result.status !== 0) {
    throw new SetupError(
      'NpmFailed',
      `npm ci ended with ${result.error?.message ?? result.status}; its own message is above`,
    );
  }
  const wrong = wrongNode();
  if (wrong !== undefined) {
    throw new SetupError(
      'NodeMissing',
      `${wrong}. The npm package "node" brings it by its install script; allow install scripts (npm config get ignore-scripts) and run "npm rebuild node".`,
    );
  }
}
