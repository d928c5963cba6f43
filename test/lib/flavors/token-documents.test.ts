import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { machine, run, TOKEN } from './swarm-machine.ts';

describe('publish-tokens', () => {
  it('writes what is new and leaves what is current', async () => {
    await using made = await machine();
    assert.equal((await run(made, 'publish-tokens')).code, 0);
    const puts = async () => (await made.calls()).filter((call) => call.includes('put-parameter')).length;
    const before = await puts();
    assert.equal(before, 2);
    assert.equal((await run(made, 'publish-tokens')).code, 0);
    assert.equal(await puts(), before);
  });

  it('is for managers', async () => {
    await using made = await machine('active false');
    assert.equal((await run(made, 'publish-tokens')).code, 40);
  });
});

describe('rotate-tokens', () => {
  const join = 'docker swarm join-token';

  it('has both roles get new tokens, and writes them whatever is stored', async () => {
    await using made = await machine();
    await made.put('stored', TOKEN);
    const ended = await run(made, 'rotate-tokens');
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes('SWMTKN'));
    const calls = await made.calls();
    const rotated = calls.filter((call) => call.includes('--rotate'));
    assert.deepEqual(rotated, [`${join} --rotate --quiet manager`, `${join} --rotate --quiet worker`]);
    assert.equal(calls.filter((call) => call.includes('put-parameter')).length, 2);
  });

  for (const [what, swarm, answer, code] of [
    ['on a worker', 'active false', 'exit 0', 40],
    ['without a leader', 'active true', 'echo "The swarm does not have a leader." >&2; exit 1', 40],
  ] as const) {
    it(`writes nothing ${what}`, async () => {
      await using made = await machine(swarm);
      await made.stub('docker', `case "$*" in info*) cat answers/swarm ;; *) ${answer} ;; esac`);
      assert.equal((await run(made, 'rotate-tokens')).code, code);
      assert.ok(!(await made.calls()).some((call) => call.includes('put-parameter')));
    });
  }
});
