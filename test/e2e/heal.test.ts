import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deployedStage } from '../../lab/demo/deployed-stage.ts';
import { healedByController } from '../../lab/demo/heal.ts';
import { Payload } from '../../lab/demo/payload.ts';
import { Progress } from '../../lab/demo/progress.ts';
import type { Stage } from '../../lab/demo/stage.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { canRunRealMachines, defaultStateDirectory } from '../../lab/state.ts';
import { SWARM_ROLES, tokenParameterName } from '../../lib/names.ts';
import { readTables, type TokenWatch, watchTokensIn } from '../support/token-watch.ts';

const fleet = canRunRealMachines() ? 'real' : 'simulated';

/** Three managers and two workers, deployed from the synthesised template and killed: the whole product at once. */
describe(`a deployed cluster on ${fleet} machines`, () => {
  const name = `e2e-${process.pid}`;
  const stateDirectory = defaultStateDirectory(name);
  const progress = new Progress({ write: (text) => process.stderr.write(text) }, { coloured: false });
  let lab: Lab | undefined;
  let stage: Stage;
  let watch: TokenWatch;
  let payload: Payload;

  before(async () => {
    lab = await startLab({ name, fleet, stateDirectory, progress: () => {}, functionConcurrency: 2 });
    watch = watchTokensIn(lab);
    stage = await deployedStage(name, progress, { output: join(stateDirectory, 'cdk.out') });
    payload = new Payload(stage);
    await payload.create(progress);
  });

  after(async () => {
    stage?.close();
    await lab?.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  });

  it('gets its leader back as the same node, with its address and its volume', async () => {
    const { sameNodeId, sameAddress, sameVolume } = await healedByController(stage, 'kill-leader', progress);
    assert.deepEqual(
      { sameNodeId, sameAddress, sameVolume },
      { sameNodeId: true, sameAddress: true, sameVolume: true },
    );
  });

  it('gets another worker, and the dead node leaves the list', async () => {
    const { sameNodeId } = await healedByController(stage, 'kill-worker', progress);
    assert.equal(sameNodeId, false);
  });

  it('survives the loss of all managers at once, with its service and its secret', async () => {
    const { sameNodeId, sameAddress, sameVolume } = await healedByController(stage, 'kill-all-managers', progress);
    assert.deepEqual(
      { sameNodeId, sameAddress, sameVolume },
      { sameNodeId: true, sameAddress: true, sameVolume: true },
    );
    await payload.untilServiceRuns('the service', progress);
    assert.equal(await payload.secretIsThere(), true);
  });

  it('has other join tokens since its managers got new machines', async (t) => {
    const { records } = await stage.store.memory();
    const generations = [...records.launches].flatMap(([slot, { generation }]) =>
      slot.startsWith('pet/') ? [[slot.slice('pet/'.length), generation] as const] : [],
    );
    assert.deepEqual(records.rotation?.generations, Object.fromEntries(generations));
    for (const role of SWARM_ROLES) {
      const parameter = lab?.region.inside.ssm.parameters.get(tokenParameterName(stage.deployed.cluster, role));
      const values = parameter?.versions.map(({ value }) => value) ?? [];
      assert.ok(values.length > 1, `the join token of a ${role} was written once only`);
      assert.equal(new Set(values).size, values.length);
    }
    const rotations = (await stage.store.events(1000)).filter(({ name }) => name === 'rotateTokens');
    t.diagnostic(`rotations: ${rotations.map(({ kind, reason }) => `${kind}: ${reason}`).join('; ')}`);
  });

  it('showed its join tokens to nobody but its machines', async () => {
    await readTables(stage.clients.dynamodb);
    assert.deepEqual(watch.sightings(), []);
  });

  it('was healed without a failed invocation or a lost wake-up', async () => {
    const failed = lab?.journal.list().filter(({ error }) => error !== undefined);
    assert.deepEqual(failed, []);
    assert.deepEqual(
      lab?.services.sqs.queues.list().map((queue) => queue.counts().visible),
      [0],
    );
  });
});
