import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian and others put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = PLACES.find((place) => existsSync(place));

/** Why there can be no browser; `false`: there can. The set-up installs one for root, so that there it is never skipped. */
export const NO_BROWSER: string | false =
  found === undefined && process.getuid?.() !== 0 ? `no browser at ${PLACES.join(' or ')}` : false;

/** @throws when there is none */
export function openBrowser(): Promise<Browser> {
  // Its sandbox refuses to run as root; it is shown nothing but the lab's own pages.
  return chromium.launch({ executablePath: found ?? 'chromium', args: ['--no-sandbox'] });
}

/** Has the dashboard drawn anew; resolves when it is. */
export async function refresh(page: Page): Promise<void> {
  const grid = page.locator('#grid');
  const before = await grid.getAttribute('data-pictures');
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
  await page.locator(`#grid[data-pictures="${Number(before) + 1}"]`).waitFor();
}
