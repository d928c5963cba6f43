import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { createCustomResourceCaller } from '../../lab/cloudformation/custom-resource/caller.ts';
import { deployedStage } from '../../lab/demo/deployed-stage.ts';
import { healedByController } from '../../lab/demo/heal.ts';
import { Progress } from '../../lab/demo/progress.ts';
import type { Stage } from '../../lab/demo/stage.ts';
import { shortfall } from '../../lab/demo/whole.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Decision } from '../../lab/region/permissions/permissions.ts';
import { defaultStateDirectory } from '../../lab/state.ts';
import { serializeSpec } from '../../lib/spec/json.ts';
import type { ClusterSpec } from '../../lib/spec/spec.ts';
import { systemClock } from '../../lib/system-clock.ts';
import { readTables, type TokenWatch, watchTokensIn } from '../support/token-watch.ts';

const PATIENCE_SECONDS = 240;

/** The deployed app with nothing but the permissions of its own template: functions and machines alike. */
describe('a deployed cluster held to its own policies', () => {
  const name = `iam-${process.pid}`;
  const stateDirectory = defaultStateDirectory(name);
  const progress = new Progress({ write: (text) => process.stderr.write(text) }, { coloured: false });
  const denied: Decision[] = [];
  let asked = 0;
  let lab: Lab;
  let stage: Stage;
  let watch: TokenWatch;

  before(async () => {
    lab = await startLab({ name, fleet: 'simulated', stateDirectory, progress: () => {}, functionConcurrency: 2 });
    watch = watchTokensIn(lab);
    lab.services.permissions?.listen((decision) => {
      asked += 1;
      if (decision.verdict !== 'allowed') denied.push(decision);
    });
    stage = await deployedStage(name, progress, { output: join(stateDirectory, 'cdk.out') });
  });
  after(async () => {
    stage?.close();
    await lab?.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  });

  /** What CloudFormation sends to the custom resource when the stack is changed or removed. */
  async function request(type: 'Update' | 'Delete', change: (spec: ClusterSpec) => ClusterSpec): Promise<void> {
    const { committed } = await stage.store.memory();
    assert.ok(committed !== undefined);
    const spec = change(committed.spec);
    const { Functions = [] } = await stage.clients.lambda.send(new ListFunctionsCommand({}));
    const handler = Functions.find((fn) => fn.FunctionName?.includes('DeploymentHandler'));
    assert.ok(handler?.FunctionArn !== undefined);
    const caller = createCustomResourceCaller({
      lambda: stage.clients.lambda,
      clock: systemClock,
      random: Math.random,
    });
    try {
      await caller.call(
        {
          RequestType: type,
          StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Everswarm-demo/1',
          ServiceToken: handler.FunctionArn,
          ResourceType: 'Custom::EverswarmDeployment',
          LogicalResourceId: 'Resource',
          PhysicalResourceId: `everswarm-${spec.cluster}`,
          ResourceProperties: {
            Cluster: spec.cluster,
            Spec: serializeSpec(spec),
            Deployment: JSON.parse(JSON.stringify(committed.deployment)),
          },
        },
        { timeoutSeconds: PATIENCE_SECONDS, signal: new AbortController().signal, accepted: () => {} },
      );
    } finally {
      await caller.close();
    }
  }

  it('comes up', () => {
    assert.ok(asked > 50, `${asked} questions to IAM`);
  });

  it('heals a manager as the same node', async () => {
    const heal = await healedByController(stage, 'kill-leader', progress);
    assert.deepEqual([heal.sameNodeId, heal.sameVolume], [true, true]);
  });

  it('joins another worker for one that was lost', async () => {
    assert.equal((await healedByController(stage, 'kill-worker', progress)).sameNodeId, false);
  });

  it('commits a changed spec and follows it', async () => {
    await request('Update', (spec) => {
      const { workers } = spec.groups;
      assert.ok(workers?.allocation.kind === 'size');
      const allocation = { ...workers.allocation, size: workers.allocation.size + 1 };
      return { ...spec, groups: { ...spec.groups, workers: { ...workers, allocation } } };
    });
    const expected = { ...stage.expected, workers: stage.expected.workers + 1 };
    await progress.until('one more worker', PATIENCE_SECONDS, async () => {
      const [nodes, machines] = await Promise.all([stage.engines.nodes(), stage.machines.all()]);
      return shortfall(nodes, machines, expected) === undefined ? true : undefined;
    });
  });

  it('takes its machines and its join tokens away', async () => {
    await request('Delete', (spec) => spec);
    const machines = await stage.machines.all();
    assert.deepEqual(
      machines.filter(({ state }) => state !== 'terminated'),
      [],
    );
    assert.deepEqual(
      [...lab.region.inside.ssm.parameters.keys()].filter((key) => key.includes('join-token')),
      [],
    );
  });

  it('showed its join tokens to nobody but its machines', async () => {
    await readTables(stage.clients.dynamodb);
    assert.ok(watch.searched > 1000, `only ${watch.searched} texts were searched`);
    assert.deepEqual(watch.sightings(), []);
  });

  it('was refused nothing on the way, and left its logs', () => {
    assert.deepEqual(
      denied.map(({ session, check }) => `${session.kind} ${session.role}: ${check.action} on ${check.resource}`),
      [],
    );
    const groups = lab.services.logs.store.list().filter(({ lines }) => lines.length > 0);
    assert.equal(groups.length, 2);
    assert.deepEqual(lab.services.faults, []);
    assert.deepEqual(lab.region.faults, []);
  });
});
