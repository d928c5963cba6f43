// Makes sure of everything that the npm scripts need, and says what it does and why. Silent and quick when all is there.
// Runs before anything is installed: plain JavaScript, Node.js 20, no packages. With `tests`: also of what only those need.
import { ensureHostPackages } from './setup/host-packages.mjs';
import { ensureNodePackages } from './setup/node-packages.mjs';
import { SetupError } from './setup/setup-error.mjs';

try {
  ensureNodePackages();
  ensureHostPackages({ forTests: process.argv.includes('tests') });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
