import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { enterScreen } from '../../../lib/cli/screen.ts';
import { cut, painter, widthOf } from '../../../lib/cli/style.ts';
import { createCliWorld } from './world.ts';

/** Every picture that was drawn, as lines without what the terminal takes for commands. */
function pictures(written: string): string[][] {
  return written
    .split('\u001b[H')
    .slice(1)
    .map((picture) => picture.split('\u001b[J')[0] ?? '')
    .map((picture) => picture.split('\r\n').map((line) => line.replaceAll('\u001b[K', '')));
}

describe('everswarm status --watch', () => {
  it('draws again and again within the terminal, without clearing it, and gives it back as it was', async () => {
    const it = await createCliWorld(undefined, { columns: 60, rows: 12 });
    const { exit, out } = await it.runFor(7_000, 'status', '--watch');
    assert.equal(exit, 0);
    assert.deepEqual(out, []);
    const written = it.written();
    const drawn = pictures(written);
    assert.equal(drawn.length, 4);
    for (const lines of drawn) {
      assert.ok(lines.length <= 12);
      assert.ok(lines.every((line) => widthOf(line) <= 60));
      assert.match(lines[0] ?? '', /^demo in eu-west-1: whole/);
    }
    assert.ok(written.startsWith('\u001b[?1049h\u001b[?25l'));
    assert.ok(written.endsWith('\u001b[?25h\u001b[?1049l'));
    assert.ok(!written.includes('\u001b[2J'));
  });

  it('goes on when AWS fails for once, and says since when', async () => {
    const it = await createCliWorld(undefined, { columns: 80, rows: 30 });
    const { observe } = it.operator;
    let looks = 0;
    const failing = Object.assign(new Error('slow down'), { name: 'RequestLimitExceeded', $metadata: {} });
    const operator = {
      ...it.operator,
      async observe() {
        looks += 1;
        if (looks === 2) throw failing;
        return observe();
      },
    };
    it.world.connect = async () => ({ operator, region: 'eu-west-1', alarms: async () => [] });
    await it.runFor(5_000, 'status', '--watch');
    const [first, second, third] = pictures(it.written()).map((lines) => lines.join('\n'));
    assert.match(first ?? '', /every 2 s; Ctrl-C ends it/);
    assert.match(second ?? '', /could not look again since .*RequestLimitExceeded: slow down/);
    assert.match(third ?? '', /every 2 s; Ctrl-C ends it/);
  });

  it('ends when the first look fails, and gives the screen back', async () => {
    const it = await createCliWorld(undefined, { columns: 80, rows: 30 });
    const denied = Object.assign(new Error('no'), { name: 'UnauthorizedOperation', $metadata: {} });
    const operator = { ...it.operator, observe: () => Promise.reject(denied) };
    it.world.connect = async () => ({ operator, region: 'eu-west-1', alarms: async () => [] });
    const { exit, notes } = await it.run('status', '--watch');
    assert.equal(exit, 4);
    assert.match(notes.join(' '), /not allowed: no .*grantOperate/);
    assert.ok(it.written().endsWith('\u001b[?1049l'));
  });

  it('says how long it has been asking, and ends at once when it is interrupted meanwhile', async () => {
    const it = await createCliWorld(undefined, { columns: 80, rows: 30 });
    const { observe } = it.operator;
    let looks = 0;
    const operator = {
      ...it.operator,
      async observe() {
        looks += 1;
        await it.clock.sleep(looks === 2 ? 600_000 : 1_500);
        return observe();
      },
    };
    it.world.connect = async () => ({ operator, region: 'eu-west-1', alarms: async () => [] });
    const { exit } = await it.runFor(7_000, 'status', '--watch');
    assert.equal(exit, 0, 'as it was seen last');
    const feet = pictures(it.written()).map((lines) => lines.at(-1)?.replace(/^\d\d:\d\d:\d\d/, 'then'));
    assert.deepEqual(feet, [
      'asking for 1 s; Ctrl-C ends it',
      'then, every 2 s; Ctrl-C ends it',
      'asking for 1 s; Ctrl-C ends it',
      'asking for 2 s; Ctrl-C ends it',
      'asking for 3 s; Ctrl-C ends it',
    ]);
  });

  it('needs a terminal', async () => {
    const it = await createCliWorld();
    const { exit, notes } = await it.run('status', '--watch');
    assert.equal(exit, 2);
    assert.match(notes.join(' '), /draws on a terminal/);
  });
});

describe('a screen', () => {
  it('says how much it leaves out', async () => {
    const { world, written, run } = await createCliWorld(undefined, { columns: 10, rows: 3 });
    await run('--version');
    const screen = enterScreen(world.terminal);
    screen.draw(['a', 'b', 'c', 'd']);
    assert.deepEqual(pictures(written())[0], ['a', 'b', '… 2 lines…']);
  });

  it('cuts a line without cutting a colour', () => {
    const paint = painter(true);
    const line = `${paint('good', 'whole')} and ${paint('bad', 'more than fits')}`;
    assert.equal(cut(line, 80), line);
    const short = cut(line, 12);
    assert.equal(widthOf(short), 12);
    assert.ok(short.startsWith(paint('good', 'whole')));
    assert.ok(short.includes('\u001b[0m…'));
  });
});
