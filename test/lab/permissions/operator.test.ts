import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { declared, stackOf } from '../../lib/constructs/synth.ts';
import { type Stage, setStage } from './cluster-stage.ts';
import { createDeployedWorld } from './deployed-world.ts';
import { operate } from './operator-story.ts';
import { type RoleStatement, rolesOf, statementsIn, takeAway } from './roles.ts';
import { everyFlavor, MORE_THAN_ONE_BY_ONE } from './samples.ts';
import { startTableStory, type TableStory } from './table-story.ts';

const SPEC = everyFlavor('demo', '10.42', MORE_THAN_ONE_BY_ONE);

/** Its workers from another of AWS's images. */
function changed(): ClusterSpec {
  const { workers } = SPEC.groups;
  const other = declared().groups['workers'];
  assert.ok(workers !== undefined && other !== undefined);
  const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
  return {
    ...SPEC,
    groups: { ...SPEC.groups, workers: { ...workers, ami: { ...workers.ami, source: { kind: 'parameter', name } } } },
  };
}

function template(): Readonly<Record<string, unknown>> {
  const stack = stackOf({ spec: SPEC });
  stack.swarm.grantOperate(new Role(stack, 'OperatorRole', { assumedBy: new AccountRootPrincipal() }));
  return Template.fromStack(stack).toJSON();
}

const world = await createDeployedWorld();
const deployed = await world.provision(template(), 'Everswarm-demo');
const physical = (type: string, part: string): string =>
  deployed.resources.find((one) => one.type === type && one.logicalId.startsWith(part))?.identity?.physicalId ?? '';
const role = physical('AWS::IAM::Role', 'OperatorRole');
const statements = statementsIn(world.directory, [role]);

/** What `grantOperate` allows: as much as the command line needs, and nothing that it can do without. */
describe('every permission of who operates a cluster', () => {
  let stage: Stage;
  let table: TableStory;
  const called = new Set<string>();

  before(async () => {
    const roles = rolesOf(deployed);
    stage = await setStage(world, roles, 'demo');
    await stage.request('Create', SPEC);
    await stage.rest();
    assert.equal(stage.failure, undefined);
    table = await startTableStory(world.directory, physical('AWS::DynamoDB::Table', 'Swarm'));
    assert.equal(await operated(), undefined);
    // The rest of what the command line decides, which needs another cluster than a whole one.
    called.add('requestRecovery');
    assert.equal(await remembered(), undefined);
  });
  after(() => table?.stop());

  it('is looked at', (t) => {
    const actions = statements.flatMap((statement) => statement.actions);
    assert.ok(actions.length > 15);
    t.diagnostic(`${statements.length} statements with ${actions.length} actions`);
  });

  for (const statement of statements) {
    for (const action of statement.actions) {
      it(`is needed: ${action} on ${statement.resources.join(', ').slice(0, 90)}`, async () => {
        const putBack = takeAway(world.directory, statement, action);
        try {
          assert.notEqual(await without(statement), undefined, `nothing fails without ${action}: ${UNUSED}`);
        } finally {
          putBack();
        }
      });
    }
  }

  function without({ actions }: RoleStatement): Promise<string | undefined> {
    return actions[0]?.startsWith('dynamodb:') === true ? remembered() : operated();
  }

  function remembered(): Promise<string | undefined> {
    return table.tell({ name: 'operator', role }, called);
  }

  /** Returns what failed. */
  async function operated(): Promise<string | undefined> {
    const person = { world, role, memory: stage.memory, reconcile: rolesOf(deployed).reconcile, called };
    return await stage.during(
      operate(person, changed()).then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    );
  }
});

const UNUSED =
  'take it out of lib/constructs/operate-policy.ts, or show in test/lab/permissions/operator-story.ts what needs it';
