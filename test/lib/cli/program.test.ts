import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SECTIONS } from '../../../lib/cli/command.ts';
import { COMMANDS, FAMILIES } from '../../../lib/cli/commands.ts';
import { createProgram } from '../../../lib/cli/program.ts';
import { widthOf } from '../../../lib/cli/style.ts';
import { createCliWorld } from './world.ts';

/** As a shell splits a line that has quotes around some words. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The command that a line chooses; nothing is run. */
async function chosenBy(line: string): Promise<string | undefined> {
  const { world } = await createCliWorld();
  let name: string | undefined;
  const program = createProgram(COMMANDS, FAMILIES, {
    version: '0',
    terminal: world.terminal,
    chosen: async (definition) => {
      name = definition.name;
    },
  });
  await program.parseAsync(wordsOf(line), { from: 'user' });
  return name;
}

describe('the command line', () => {
  it('understands every example of its own help as the command that it is an example of', async () => {
    for (const { name, examples } of COMMANDS) {
      assert.ok(examples.length > 0, name);
      for (const { line } of examples) assert.equal(await chosenBy(line), name, line);
    }
  });

  it('has a help for each command, with its examples, within 80 columns', async () => {
    const it = await createCliWorld(undefined, { columns: 80 });
    for (const { name, examples, changes = false } of COMMANDS) {
      const { exit, out } = await it.run(...name.split(' '), '--help');
      const text = out.join('\n');
      assert.equal(exit, 0);
      assert.match(text, new RegExp(`^Usage: everswarm ${name} `));
      assert.match(text, /--cluster <name>/);
      assert.equal(/--yes/.test(text), changes, name);
      const [first] = examples;
      assert.ok(text.includes(`everswarm ${first?.line}`), name);
      const long = out.filter((line) => widthOf(line) > 80);
      assert.deepEqual(long, [], name);
    }
  });

  it('lists all commands under their sections, and the exit codes', async () => {
    const it = await createCliWorld(undefined, { columns: 80 });
    const { exit, out } = await it.run('--help');
    assert.equal(exit, 0);
    const text = out.join('\n');
    for (const section of SECTIONS) assert.match(text, new RegExp(`^${section}:$`, 'm'));
    for (const { name } of COMMANDS) assert.match(text, new RegExp(`^  ${name.split(' ')[0]} `, 'm'));
    assert.match(text, /^ {2}3 {2}the cluster is not whole/m);
  });

  it('prints its version, and the help of one command by its name', async () => {
    const it = await createCliWorld();
    assert.deepEqual(await it.run('--version'), { exit: 0, out: ['1.2.3'], notes: [] });
    assert.match((await it.run('help', 'scale')).out[0] ?? '', /^Usage: everswarm scale/);
  });

  it('refuses what it does not understand with 2, and says what was meant', async () => {
    const it = await createCliWorld();
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['statsu'], /Did you mean status/],
      [['status', '--wach'], /--wach.*\n?.*Did you mean --watch/s],
      [['status', '-o', 'xml'], /table, json, yaml/],
      [['scale'], /group=number/],
      [['scale', 'workers'], /workers=8/],
      [['scale', 'workers=-1'], /workers=8/],
      [['rollback', 'x'], /no version/],
      [['events', '--since', 'yesterday'], /--since yesterday: allowed is/],
      [['events', '--limit', '0'], /--limit 0/],
      [['history', '-n', '1e3'], /--limit/],
      [['apply', '--timeout', 'soon', '-f', 'none.yaml'], /none\.yaml/],
      [['completion', 'fish'], /bash, zsh/],
      [['rollout', 'stop', 'workers'], /unknown command/],
    ];
    for (const [words, message] of wrong) {
      const { exit, out, notes } = await it.run(...words);
      assert.deepEqual([exit, out], [2, []], words.join(' '));
      assert.match(notes.join('\n'), message, words.join(' '));
    }
  });
});
