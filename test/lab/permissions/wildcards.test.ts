import assert from 'node:assert/strict';
import { it } from 'node:test';
import { statementsOf } from '../../lib/constructs/policy.ts';
import { templateOf } from '../../lib/constructs/synth.ts';
import { everyFlavor } from './samples.ts';

const TEMPLATE = templateOf({ spec: everyFlavor() });
const statements = statementsOf(TEMPLATE, 'Swarm').filter(({ effect }) => effect === 'Allow');

/** Actions for which the Service Authorization Reference lists no resource type that could be named here. */
const NOTHING_NARROWER = [
  // "ec2:Describe*" have none at all.
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeVolumes',
  // Results are found by command id, agents by Region.
  'ssm:DescribeInstanceInformation',
  'ssm:GetCommandInvocation',
  'ssm:ListCommandInvocations',
  // Has the instance, whose id is not known before it calls; Systems Manager itself holds an agent to its own.
  'ssm:UpdateInstanceInformation',
];
const AGENT = /^(ssm|ec2)messages:/;

it('no statement of a role names an action by a wildcard', () => {
  assert.ok(statements.length > 20);
  const wild = statements.flatMap(({ actions }) => actions).filter((action) => action.includes('*'));
  assert.deepEqual(wild, []);
});

it('`*` stands for resources only where AWS offers nothing narrower', () => {
  const everywhere = statements.filter(({ resources }) => resources.includes('*')).flatMap(({ actions }) => actions);
  const others = everywhere.filter((action) => !NOTHING_NARROWER.includes(action) && !AGENT.test(action));
  assert.deepEqual(others, []);
});

it('resources of every id are held to a condition, or to a reason beside them', () => {
  const open = statements.filter(
    ({ resources, conditions }) => conditions === undefined && resources.some((each) => /\/\*$/.test(each)),
  );
  // AWS's own public parameters: any image of theirs may be named by a later spec.
  assert.deepEqual(
    open.flatMap(({ sid }) => sid),
    ['FindImages'],
  );
});
