import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Stack } from '../../../lab/cloudformation/stack/stack.ts';
import { type SwarmRole, tokenParameterName } from '../../../lib/names.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { templateOf } from '../../lib/constructs/synth.ts';
import { speak } from './agent-story.ts';
import { createDeployedWorld, type DeployedWorld } from './deployed-world.ts';
import { type FunctionStory, startFunctionStory } from './function-story.ts';
import { type Life, live } from './life.ts';
import { type RoleStatement, type Roles, rolesOf, statementsIn, takeAway } from './roles.ts';
import { everyFlavor, MORE_THAN_ONE_BY_ONE, tokenAsImage } from './samples.ts';
import { startTableStory, type TableStory } from './table-story.ts';

const SPEC = everyFlavor();
/** What a small cluster can do without, one with many machines may need. */
const MANY = everyFlavor('demo', '10.42', MORE_THAN_ONE_BY_ONE);
const TEMPLATE = templateOf({ spec: SPEC }).toJSON();

interface Deployed {
  readonly world: DeployedWorld;
  readonly stack: Stack;
  readonly roles: Roles;
}

async function deployed(template: Readonly<Record<string, unknown>> = TEMPLATE): Promise<Deployed> {
  const world = await createDeployedWorld();
  const stack = await world.provision(template, 'Everswarm-demo');
  return { world, stack, roles: rolesOf(stack) };
}

const every = ({ reconcile, deployment, machines }: Roles) => [reconcile.role, deployment.role, ...machines.values()];
const { world: world0, stack: stack0, roles: roles0 } = await deployed();
const statements = statementsIn(world0.directory, every(roles0));

/**
 * Whatever the template allows is taken away, statement by statement and action by action, and each time the product
 * has to fail for it: no permission is there that nothing needs.
 */
describe('every permission in the template', () => {
  let whole: Life;
  let table: TableStory;
  let functions: FunctionStory;

  before(async () => {
    // What fails with everything allowed would fail without anything, too, and show nothing.
    whole = await live(world0, roles0, SPEC);
    assert.equal(whole.failure, undefined);
    const { world, roles } = await deployed();
    assert.equal((await live(world, roles, MANY)).failure, undefined);
    table = await startTableStory(world0.directory, tableIn(stack0));
    functions = await startFunctionStory(world0.permissions, stack0);
    for (const kind of ['reconcile', 'deployment'] as const) {
      assert.equal(await table.tell(roles0[kind], whole.remembered[kind]), undefined);
      assert.equal(await functions.tell(roles0[kind]), undefined);
    }
  });
  after(async () => {
    await table?.stop();
    await functions?.stop();
  });

  it('is looked at', (t) => {
    assert.ok(statements.length > 15);
    t.diagnostic(`${statements.length} statements with ${statements.flatMap(({ actions }) => actions).length} actions`);
  });

  it('leaves out no role of the stack', () => {
    const others = stack0.resources
      .filter(({ type, logicalId }) => type === 'AWS::IAM::Role' && !ELSEWHERE.test(logicalId))
      .map(({ identity }) => identity?.physicalId ?? '');
    assert.deepEqual(others.toSorted(), every(roles0).toSorted());
  });

  for (const statement of statements) {
    const { role, sid, actions } = statement;
    const where = `${shortened(role)} ${sid}`;
    it(`is needed: ${where}`, async () => {
      assert.notEqual(await without(statement), undefined, `nothing fails without ${where}: ${UNUSED}`);
    });
    if (actions.length === 1 || statement.effect === 'Deny') continue;
    for (const action of actions) {
      it(`is needed: ${where}, ${action}`, async () => {
        assert.notEqual(await without(statement, action), undefined, `nothing fails without ${action}: ${UNUSED}`);
      });
    }
  }

  /** What fails when it is gone; `undefined`: nothing. */
  async function without(statement: RoleStatement, action?: string): Promise<string | undefined> {
    if (statement.effect === 'Deny') return await readTokens(statement);
    const [service = ''] = (action ?? statement.actions[0] ?? '').split(':');
    switch (service) {
      case 'dynamodb':
      case 'logs':
      case 'sqs':
        return await tellWithout(statement, action, service);
      case 'ec2messages':
      case 'ssmmessages':
        return await withoutIn(world0, statement, action, () => speak(world0, statement));
      default: {
        return (await liveWithout(SPEC, statement, action)) ?? (await liveWithout(MANY, statement, action));
      }
    }
  }

  /** In a world of its own: what fails half-way leaves things behind. */
  async function liveWithout(spec: ClusterSpec, statement: RoleStatement, action: string | undefined) {
    const { world, roles } = await deployed();
    return await withoutIn(world, statement, action, async () => (await live(world, roles, spec)).failure);
  }

  async function tellWithout(statement: RoleStatement, action: string | undefined, service: string) {
    const kind = statement.role === roles0.reconcile.role ? 'reconcile' : 'deployment';
    return await withoutIn(world0, statement, action, () =>
      service === 'dynamodb' ? table.tell(roles0[kind], whole.remembered[kind]) : functions.tell(roles0[kind]),
    );
  }
});

/** Roles that have a test of their own: console.test.ts. */
const ELSEWHERE = /Console(Look|Orders)Role/;

const UNUSED = 'take it out of lib/constructs, or show in test/lab/permissions/life.ts what the product does with it';

async function withoutIn<T>(
  { directory }: DeployedWorld,
  statement: RoleStatement,
  action: string | undefined,
  tell: () => Promise<T>,
): Promise<T> {
  const putBack = takeAway(directory, statement, action);
  try {
    return await tell();
  } finally {
    putBack();
  }
}

/** A denial is needed where it alone keeps what is allowed besides from reaching too far: here, a spec that names a token. */
async function readTokens(statement: RoleStatement): Promise<string | undefined> {
  const { world, roles } = await deployed(templateOf({ spec: tokenAsImage() }).toJSON());
  const Name = tokenParameterName('demo', 'worker' satisfies SwarmRole);
  await world.administrator.ssm.send(new PutParameterCommand({ Name, Value: 'SWMTKN-1', Type: 'SecureString' }));
  const { ssm } = world.clientsOf({ kind: 'function', ...roles.deployment });
  const reads = () =>
    ssm.send(new GetParameterCommand({ Name })).then(
      () => 'the token was read',
      () => undefined,
    );
  assert.equal(await reads(), undefined);
  const same = statementsIn(world.directory, [roles.deployment.role]).find(({ sid }) => sid === statement.sid);
  assert.ok(same !== undefined);
  return await withoutIn(world, same, undefined, reads);
}

function tableIn({ resources }: Stack): string {
  const table = resources.find(({ type }) => type === 'AWS::DynamoDB::Table');
  assert.ok(table?.identity !== undefined);
  return table.identity.physicalId;
}

/** The part of a role's name that CloudFormation made of its logical ID. */
function shortened(role: string): string {
  return /-Swarm(\w+)Role/.exec(role)?.[1] ?? role;
}
