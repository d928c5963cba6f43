// Draws the pictures of docs/images anew: `node test/lab/console/screenshots.ts`. Takes some minutes, for the graphs to have something to show.
// With `pngquant` (a Debian package) they become a third as large.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openBrowser, refresh } from './browser.ts';
import { deployConsole } from './deployed-console.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const WORKERS = 5;
const MINUTES = 3;

await using stack = new AsyncDisposableStack();
const deployed = await deployConsole(WORKERS);
stack.defer(() => deployed.stop());
const browser = await openBrowser();
stack.defer(() => browser.close());
const page = await browser.newPage({ viewport: { width: 1120, height: 1045 } });
const { ec2 } = deployed.lab.region;

async function kill(...addresses: readonly string[]): Promise<void> {
  const victims = ec2.instances().filter(({ privateIp }) => addresses.includes(privateIp));
  await Promise.all(victims.map(({ instanceId }) => ec2.powerCut(instanceId)));
}

async function take(name: string): Promise<void> {
  const path = `${IMAGES}${name}.png`;
  await page.screenshot({ path });
  spawnSync('pngquant', ['--force', '--speed', '1', '--output', path, '256', path]);
}

await page.waitForTimeout((MINUTES * 60_000) / 2);
await kill('10.42.1.10');
await page.waitForTimeout((MINUTES * 60_000) / 2);
await page.goto(deployed.address);
await page.locator('.es h2', { hasText: 'Whole' }).waitFor();
await take('console-whole');

await page.goto(`${deployed.address}?theme=dark`);
const leader = await page.locator('.es-tile:has(.es-leader) > b > code').textContent();
const worker = ec2.instances().find(({ tags, state }) => state === 'running' && tags['everswarm:group'] === 'workers');
await kill(leader ?? '', worker?.privateIp ?? '');
for (let look = 0; look < 20; look += 1) {
  await refresh(page);
  if ((await page.locator('.es-tile.busy').count()) > 0) break;
}
await take('console-healing');
