import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { NO_BROWSER, openBrowser, refresh } from './browser.ts';
import { type DeployedConsole, deployConsole } from './deployed-console.ts';

function textOf(locator: Locator): Promise<string> {
  return locator.textContent().then((text) => text ?? '');
}

describe('the dashboard of a deployed cluster, in a browser', { skip: NO_BROWSER }, () => {
  let deployed: DeployedConsole;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    browser = await openBrowser();
    deployed = await deployConsole(2);
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  after(async () => {
    await browser?.close();
    await deployed?.stop();
  });

  const button = (name: string) => page.locator('.es-top a.btn', { hasText: name });
  const headline = (text: RegExp) => page.locator('.es h2', { hasText: text }).waitFor();

  async function press(name: string, answer: 'Yes' | 'Cancel'): Promise<string> {
    await button(name).click();
    const dialog = page.locator('dialog[open]');
    const question = await textOf(dialog.locator('p'));
    await dialog.getByRole('button', { name: answer }).click();
    return question;
  }

  it('shows the map of zones with the leader, and the graphs', async () => {
    await page.goto(deployed.address);
    await headline(/Whole/);
    assert.deepEqual(await page.locator('.es-zone > h3').allInnerTexts(), ['us-east-1a', 'us-east-1b', 'us-east-1c']);
    assert.deepEqual(await page.locator('.es-leader').allInnerTexts(), ['leader']);
    assert.equal(await page.locator('.es-tile').count(), 5);
    const titles = await page.locator('.widget.graph > h2').allInnerTexts();
    assert.ok(titles.includes('Healthy managers') && titles.includes('Quorum margin'), titles.join());
    assert.equal(await page.locator('cwdb-action').count(), 0, 'actions are no part of the picture');
  });

  it('does nothing when the question is answered with Cancel', async () => {
    const before = await deployed.store.events(100);
    assert.match(await press('Reconcile now', 'Cancel'), /look at cluster demo now\?/);
    assert.deepEqual(
      (await deployed.store.events(100)).filter(({ name }) => name === 'reconcile'),
      before.filter(({ name }) => name === 'reconcile'),
    );
  });

  it('has the controller look now, and shows the event with the request that pressed it', async () => {
    await press('Reconcile now', 'Yes');
    await page.locator('.es-notice', { hasText: 'The controller looks now.' }).waitFor();
    const line = page.locator('.es-lines tr', { hasText: 'asked to look now' });
    const [, request] = /\(by console, request ([0-9a-f-]{36})\)/.exec(await textOf(line.first())) ?? [];
    assert.ok(request !== undefined);
    const invocation = deployed.lab.journal.list().find(({ requestId }) => requestId === request);
    assert.match(invocation?.functionName ?? '', /ConsoleOrders/);
    const event = (await deployed.store.events(20)).find(({ name }) => name === 'reconcile');
    assert.match(event?.reason ?? '', new RegExp(request));
  });

  it('pauses the controller for the reason that was written, and resumes it', async () => {
    await page.locator('.es input[name=reason]').fill('moving <b>the</b> disks');
    await press('Pause', 'Yes');
    await headline(/Paused by console, request .*: moving <b>the<\/b> disks/);
    const { records } = await deployed.store.memory();
    assert.equal(records.pause?.reason, 'moving <b>the</b> disks');
    await press('Resume', 'Yes');
    await headline(/Whole|Healing/);
    assert.equal((await deployed.store.memory()).records.pause, undefined);
  });

  it('draws a manager that is gone at its place, and the cluster whole again when it is back', async () => {
    const { ec2 } = deployed.lab.region;
    const victim = ec2.instances().find(({ privateIp }) => privateIp === '10.42.0.10');
    assert.ok(victim !== undefined);
    await ec2.powerCut(victim.instanceId);
    const place = page.locator('.es-tile:has(> b > code:text-is("10.42.0.10"))');
    const refreshed = async (wanted: () => Promise<boolean>): Promise<void> => {
      for (let look = 0; look < 60; look += 1) {
        await refresh(page);
        if (await wanted()) return;
      }
      assert.fail(await textOf(page.locator('.es')));
    };
    await refreshed(async () => !(await textOf(place)).includes('healthy'));
    await refreshed(async () => (await textOf(page.locator('.es h2'))).includes('Whole'));
    assert.match(await textOf(place), /healthy/);
    assert.ok(!(await textOf(place)).includes(victim.instanceId));
  });

  it('is shown in the dark as well', async () => {
    await page.getByLabel('Dark').check();
    await page.locator('.es.dark').waitFor();
  });

  it('let the browser complain of nothing', () => {
    assert.deepEqual(complaints, []);
  });

  it('takes out of a widget’s HTML what could run', async () => {
    const html = `<style>b{color:red}</style><script>document.title='ran'</script><b onclick="x()">bold</b><iframe src="/"></iframe>
      <svg><use href="#a"></use><circle r="1"></circle></svg><a href=" javascript:x()">link</a><cwdb-action action="html">shown</cwdb-action>`;
    const left: unknown = await page.evaluate(`(async () => {
      const { clean } = await import('/_lab/console/page/clean.js');
      const box = document.createElement('div');
      box.append(clean(${JSON.stringify(html).replaceAll('</', '<\\/')}));
      return box.innerHTML.replaceAll(/\\n\\s*/g, '');
    })()`);
    assert.equal(
      left,
      '<b>bold</b><svg><circle r="1"></circle></svg><a>link</a><cwdb-action action="html">shown</cwdb-action>',
    );
  });
});
