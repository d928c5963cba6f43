import assert from 'node:assert/strict';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { gatherFacts } from '../../../lib/operate/doctor/facts.ts';
import { locateCluster } from '../../../lib/operate/locate.ts';
import { createOperator, type Operator } from '../../../lib/operate/operator.ts';
import { replaceNode, withdrawOrder } from '../../../lib/operate/orders.ts';
import { pauseController, resumeController } from '../../../lib/operate/pause.ts';
import { commitProposal, proposeSpec } from '../../../lib/operate/proposal.ts';
import { reconcileNow } from '../../../lib/operate/reconcile-now.ts';
import { haltRollout, resumeRollout } from '../../../lib/operate/rollout.ts';
import { look } from '../../../lib/operate/situation.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import type { Store } from '../../../lib/store/store.ts';
import type { DeployedWorld } from './deployed-world.ts';
import type { FunctionRole } from './roles.ts';
import { watched } from './watched-store.ts';

/** Somebody with a role. */
export interface Person {
  readonly world: DeployedWorld;
  readonly role: string;
  readonly memory: Store;
  readonly reconcile: FunctionRole;
  /** Gets the name of each method of the store that is used. */
  readonly called: Set<string>;
}

const CLUSTER = 'demo';

function operatorOf({ world, role, memory, reconcile, called }: Person) {
  const clients = world.clientsOf({ kind: 'function', name: 'somebody', role });
  const operator = createOperator({
    entry: { cluster: CLUSTER, table: 'none', reconcileFunction: reconcile.name },
    by: 'ada',
    aws: { ...clients, dynamo: DynamoDBDocumentClient.from(clients.dynamodb) },
    clock: world.clock,
  });
  return { clients, operator: { ...operator, store: watched(memory, called, () => {}) } };
}

/** The same picture as the reconciler has of it: all managers answer, whose agents are seen, and so do all machines. */
async function lookAround(operator: Operator): Promise<void> {
  const { input, view } = await look(operator, { ask: true });
  assert.equal(view.kind, 'quorum', 'the managers say so');
  assert.ok(input.observation.agentsOnline.seen, 'agents are seen');
  const running = input.observation.instances.filter(({ state }) => state === 'running').map(({ id }) => id);
  const answers = await operator.probe(running);
  assert.deepEqual(
    [...answers.values()].filter(({ kind }) => kind !== 'answered'),
    [],
  );
  await operator.store.events(60);
}

/**
 * What an operator does on the command line: finds the cluster, looks at it, has it examined, gives orders, commits a spec
 * and takes back what can be taken back.
 * @param changed with another image for its workers than is declared
 * @throws AWS's errors, and AssertionError for what came of a call that the command line puts up with
 */
export async function operate(person: Person, changed: ClusterSpec): Promise<void> {
  const { operator, clients } = operatorOf(person);
  const entry = await locateCluster(clients.ssm, CLUSTER);
  assert.deepEqual(await locateCluster(clients.ssm, undefined), entry);
  await lookAround(operator);
  const alarms = async () => {
    await clients.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: CLUSTER }));
    return [];
  };
  const facts = await gatherFacts(operator, { alarms, declared: undefined });
  assert.deepEqual([facts.wake.seen, facts.alarms.seen], [true, true], 'doctor reads what is outside of the cluster');
  assert.ok(await reconcileNow(operator), 'the reconciler is woken');
  await pauseController(operator, 'a test');
  await resumeController(operator);
  const worker = facts.input.observation.instances.find(
    ({ group, state }) => group === 'workers' && state === 'running',
  );
  assert.ok(worker !== undefined);
  await replaceNode(operator, worker.id, 'a test');
  await withdrawOrder(operator, worker.id, 'replace');
  await commitProposal(operator, await proposeSpec(operator, changed, { ask: false }));
  await operator.store.version(1);
  await haltRollout(operator, 'workers', 'a test');
  await resumeRollout(operator, 'workers');
  await commitProposal(operator, await proposeSpec(operator, facts.input.committed.spec, { ask: false }));
}
