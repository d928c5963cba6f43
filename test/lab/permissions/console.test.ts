import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { showCluster } from '../../../lambdas/console/show-cluster.ts';
import { carryOut } from '../../../lambdas/console-orders/carry-out.ts';
import { createCommandRunner } from '../../../lib/aws/run-command.ts';
import type { Order, Viewer } from '../../../lib/console/widget-event.ts';
import { observeInfrastructure } from '../../../lib/observe/infrastructure.ts';
import { probeMachines } from '../../../lib/observe/probe.ts';
import type { Operator } from '../../../lib/operate/operator.ts';
import { templateOf } from '../../lib/constructs/synth.ts';
import { type Stage, setStage } from './cluster-stage.ts';
import { createDeployedWorld } from './deployed-world.ts';
import { type FunctionRole, functionOf, type RoleStatement, rolesOf, statementsIn, takeAway } from './roles.ts';
import { everyFlavor, MORE_THAN_ONE_BY_ONE } from './samples.ts';
import { startTableStory, type TableStory } from './table-story.ts';

const SPEC = everyFlavor('demo', '10.42', MORE_THAN_ONE_BY_ONE);
const VIEWER: Viewer = { theme: 'light', utcOffset: 0, timeZone: 'UTC' };
/** What each function does with the table, by methods of the store. */
const METHODS = {
  look: ['memory', 'status', 'events', 'version'],
  orders: ['memory', 'status', 'events', 'version', 'log', 'wake', 'decidePause', 'decideOrder'],
} as const;

const world = await createDeployedWorld();
const deployed = await world.provision(templateOf({ spec: SPEC }).toJSON(), 'Everswarm-demo');
const roles = rolesOf(deployed);
const functions = { look: functionOf(deployed, 'ConsoleLook'), orders: functionOf(deployed, 'ConsoleOrders') };
type Kind = keyof typeof functions;
const KINDS = ['look', 'orders'] as const;

describe('every permission of the dashboard’s functions', () => {
  let stage: Stage;
  let table: TableStory;

  before(async () => {
    stage = await setStage(world, roles, 'demo');
    await stage.request('Create', SPEC);
    await stage.rest();
    assert.equal(stage.failure, undefined);
    table = await startTableStory(world.directory, tableName());
    for (const kind of KINDS) assert.equal(await attempted(kind), undefined);
  });
  after(() => table?.stop());

  for (const kind of KINDS) {
    const { role } = functions[kind];
    for (const statement of statementsIn(world.directory, [role]).filter(({ sid }) => !sid.startsWith('Default'))) {
      if (statement.actions.some((action) => action.startsWith('logs:'))) continue;
      for (const action of statement.actions) {
        it(`is needed: ${kind} ${statement.sid}, ${action}`, async () => {
          const putBack = takeAway(world.directory, statement, action);
          try {
            assert.notEqual(await attempted(kind, statement), undefined, `nothing fails without ${action}`);
          } finally {
            putBack();
          }
        });
      }
    }
  }

  it('does not let the function that draws do what the buttons call for', async () => {
    const failure = await refusalOf(orders(operatorOf(functions.look), { order: 'reconcile' }));
    assert.match(failure ?? '', /AccessDenied|not authorized/);
  });

  /** Does everything that the function does. Returns what failed. */
  async function attempted(kind: Kind, statement?: RoleStatement): Promise<string | undefined> {
    if (statement?.actions[0]?.startsWith('dynamodb:') === true) return await remembered(kind);
    const operator = operatorOf(functions[kind]);
    const work = async (): Promise<void> => {
      const html = await showCluster({ operator, viewer: VIEWER, endpoint: 'arn' });
      // An answer that could not be had is no refusal of the whole.
      assert.match(html, /3 of 3 managers/);
      const { agentsOnline } = await operator.observe();
      assert.ok(agentsOnline.seen, 'else machines without an agent are waited for');
      const workers = stage.running('workers').map(({ instanceId }) => instanceId);
      const answers = await operator.probe(workers);
      for (const { kind: outcome } of answers.values()) assert.equal(outcome, 'answered');
      if (kind === 'orders') await orders(operator, { order: 'reconcile' });
    };
    return (await refusalOf(work())) ?? (statement === undefined ? await remembered(kind) : undefined);
  }

  function remembered(kind: Kind): Promise<string | undefined> {
    return table.tell(functions[kind], new Set<string>(METHODS[kind]));
  }

  async function orders(operator: Operator, order: Order): Promise<void> {
    const before = world.invoked.length;
    await carryOut(operator, order);
    assert.ok(world.invoked.length > before, 'AccessDenied: the reconciler was not woken');
  }

  async function refusalOf(work: Promise<unknown>): Promise<string | undefined> {
    return await stage.during(
      work.then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    );
  }

  function operatorOf(fn: FunctionRole): Operator {
    const { clock } = world;
    const aws = world.clientsOf({ kind: 'function', ...fn });
    const { ec2, ssm } = aws;
    const runner = createCommandRunner({ ssm, clock, cluster: 'demo' });
    return {
      cluster: 'demo',
      by: 'console',
      store: stage.memory,
      clock,
      aws,
      reconcileFunction: roles.reconcile.name,
      observe: () => observeInfrastructure({ ec2, ssm, clock, cluster: 'demo' }),
      probe: (instanceIds) => probeMachines({ runner, instanceIds }),
    };
  }
});

function tableName(): string {
  const [table] = deployed.resources.filter(({ type }) => type.startsWith('AWS::DynamoDB::'));
  return table?.identity?.physicalId ?? '';
}
