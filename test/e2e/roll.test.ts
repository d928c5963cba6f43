import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeDeclared } from '../../lab/bench/roll/declared.ts';
import { roll } from '../../lab/bench/roll/roll.ts';
import { createService } from '../../lab/bench/roll/service.ts';
import { deployedStage } from '../../lab/demo/deployed-stage.ts';
import { Progress } from '../../lab/demo/progress.ts';
import type { Stage } from '../../lab/demo/stage.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { canRunRealMachines, defaultStateDirectory } from '../../lab/state.ts';

const skip = canRunRealMachines() ? false : 'it calls a service on real engines, which need Linux and root';

/** Three managers and four workers, all replaced by machines of another type while they are used. */
describe('a roll-out on real engines', { skip }, () => {
  const name = `roll-${process.pid}`;
  const stateDirectory = defaultStateDirectory(name);
  const progress = new Progress({ write: (text) => process.stderr.write(text) }, { coloured: false });
  let directory: string;
  let lab: Lab | undefined;
  let stage: Stage;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-roll-'));
    lab = await startLab({ name, fleet: 'real', stateDirectory, progress: () => {}, functionConcurrency: 2 });
    stage = await deployedStage(
      name,
      progress,
      await writeDeclared(directory, { managers: 3, instanceType: 't4g.small' }),
    );
    await createService(stage, progress);
  });

  after(async () => {
    stage?.close();
    await lab?.stop();
    for (const path of [directory, stateDirectory]) await rm(path, { recursive: true, force: true });
  });

  it('replaces every machine, one manager at a time, and no call and no write fails', async () => {
    const { spec } = await writeDeclared(directory, { managers: 3, instanceType: 't4g.medium' });
    const { result, calls, writes, lostWrites, managersAway } = await roll(stage, spec, progress);
    assert.ok(calls.calls > 0 && writes.acknowledged.length > 0);
    assert.deepEqual(calls.failures, []);
    assert.deepEqual(writes.failures, []);
    assert.deepEqual(lostWrites, []);
    assert.ok(managersAway <= 1, `${managersAway} managers were away at a time`);
    assert.equal(result.sameManagerNodes, true);
    assert.equal(result.replaced.length, 7);
  });

  it('was rolled without a failed invocation', () => {
    assert.deepEqual(
      lab?.journal.list().filter(({ error }) => error !== undefined),
      [],
    );
  });
});
