import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../lib/cli/commands.ts';
import { run } from '../../support/command.ts';
import { createCliWorld } from './world.ts';

const script = async (shell: string) => (await (await createCliWorld()).run('completion', shell)).out.join('\n');

/** What bash offers after each of these lines, sorted. */
async function offered(lines: readonly (readonly string[])[]): Promise<string[][]> {
  const asks = lines.map((words) => {
    const all = ['everswarm', ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${all}); COMP_CWORD=${words.length}; COMPREPLY=(); _everswarm; echo "\${COMPREPLY[*]}"`;
  });
  const { code, stdout, stderr } = await run('bash', ['-c', [await script('bash'), ...asks].join('\n')], {
    cwd: new URL('../../../', import.meta.url).pathname,
  });
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.split('\n').map((line) => line.split(' ').filter((word) => word !== ''));
}

describe('completion in bash', () => {
  it('offers commands, the second word of a family, options, and values', async () => {
    const [first, rollout, pause, format, afterOption, file, shell] = await offered([
      [''],
      ['rollout', ''],
      ['rollout', 'pause', 'workers', '--'],
      ['-o', ''],
      ['--cluster', 'status', 're'],
      ['plan', '--file', 'swarm.y'],
      ['completion', 'z'],
    ]);
    const names = new Set(COMMANDS.map(({ name }) => name.split(' ')[0]));
    for (const name of names) assert.ok(first?.includes(name ?? ''), name);
    assert.deepEqual(rollout, ['status', 'pause', 'resume', 'undo']);
    assert.ok(pause?.includes('--reason') && pause.includes('--yes') && pause.includes('--cluster'));
    assert.deepEqual(format, ['table', 'json', 'yaml']);
    assert.deepEqual(
      afterOption,
      ['replace', 'reconcile', 'resume', 'recover'],
      'the value of an option is no command',
    );
    assert.deepEqual(file, ['swarm.yaml']);
    assert.deepEqual(shell, ['zsh']);
  });
});

describe('completion in zsh', () => {
  it('describes each command, quoted so that no word of it means something to the shell', async () => {
    const text = await script('zsh');
    assert.match(text, /^#compdef everswarm$/m);
    for (const { name, summary } of COMMANDS) {
      const word = name.split(' ').at(-1) ?? '';
      const what = summary.replaceAll(':', '\\:').replaceAll("'", '’');
      assert.ok(text.includes(`'${word}:${what}'`), name);
    }
    // A quote that is open would take the rest of the script with it: bash sees that as well.
    const { stderr } = await run('bash', ['-n', '-c', text], { cwd: '/' });
    assert.doesNotMatch(stderr, /unexpected EOF/);
  });
});
