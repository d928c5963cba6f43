import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpecError, type SpecProblem } from '../../../lib/spec/error.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { defaultUpdate } from '../../../lib/spec/update.ts';
import { IDS, REFUSALS } from './refusals.ts';
import { altered, WHOLE } from './samples.ts';

function refused(text: string): readonly SpecProblem[] {
  try {
    parseSpec(text);
  } catch (error) {
    assert.ok(error instanceof SpecError, String(error));
    assert.equal(error.code, 'InvalidSpec');
    for (const problem of error.problems) assert.ok(error.message.includes(problem.found), problem.found);
    return error.problems;
  }
  throw new Error(`accepted: ${text}`);
}

test('a whole declaration is read, with defaults for what is not said', () => {
  const spec = parseSpec(WHOLE);
  assert.deepEqual(spec.network, { cidr: '10.42.0.0/16', zones: 3, subnetMask: 24 });
  assert.deepEqual(spec.groups['managers'], {
    flavor: 'swarm-manager',
    allocation: { kind: 'logicalIds', logicalIds: ['10.42.0.10', '10.42.1.10', '10.42.2.10'] },
    instanceType: 't4g.small',
    ami: {
      source: {
        kind: 'parameter',
        name: '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
      },
      docker: 'preinstalled',
    },
    volume: { sizeGiB: 20, type: 'gp3' },
    labels: { tier: 'control' },
    initCommands: ['echo hello'],
    update: defaultUpdate('logicalIds'),
  });
  assert.deepEqual(spec.groups['workers']?.allocation, { kind: 'size', size: 2 });
  assert.deepEqual(spec.groups['workers']?.volume, { sizeGiB: 30, type: 'gp3' });
});

for (const [what, from, to, path, says] of REFUSALS) {
  test(`refused: ${what}`, () => {
    const problems = refused(altered(from, to));
    const problem = problems.find((candidate) => candidate.path === path);
    assert.ok(problem, `no problem at ${path}: ${JSON.stringify(problems)}`);
    assert.match(`${problem.found}; ${problem.allowed}`, says);
    assert.notEqual(problem.position, undefined);
  });
}

test('all problems come at once, each with its place', () => {
  const text = altered('10.42.1.10', '10.99.1.10')
    .replace('size: 2', 'size: -1')
    .replace('cluster: demo', 'cluster: X');
  const problems = refused(text);
  assert.deepEqual(problems.map(({ path, position }) => [path, position?.line, position?.column]).sort(), [
    ['cluster', 1, 10],
    ['groups.managers.allocation.logicalIds[1]', 6, 44],
    ['groups.workers.allocation.size', 14, 25],
  ]);
});

test('one, three, five and seven managers are allowed, and groups of size 0', () => {
  for (const count of [1, 3, 5, 7]) {
    const ids = Array.from({ length: count }, (_, index) => `10.42.${index % 3}.${10 + index}`);
    const spec = parseSpec(altered(IDS, `[${ids.join(', ')}]`).replace('size: 2', 'size: 0'));
    assert.deepEqual(spec.groups['managers']?.allocation, { kind: 'logicalIds', logicalIds: ids });
    assert.deepEqual(spec.groups['workers']?.allocation, { kind: 'size', size: 0 });
  }
});

test('more machines than the subnets have addresses are refused', () => {
  const text = altered('subnetMask: 24', 'subnetMask: 28').replace(IDS, '[10.42.0.10]').replace('size: 2', 'size: 33');
  assert.match(refused(text)[0]?.found ?? '', /34 machines, and the subnets have 33/);
  assert.ok(parseSpec(text.replace('size: 33', 'size: 32')));
});

test('an AMI may be named by parameter or by id', () => {
  const byParameter = parseSpec(altered('ami: ecs-optimized', 'ami: { parameter: /golden/ami, docker: install }'));
  assert.deepEqual(byParameter.groups['managers']?.ami, {
    source: { kind: 'parameter', name: '/golden/ami' },
    docker: 'install',
  });
  const byId = parseSpec(altered('ami: ecs-optimized', 'ami: { id: ami-0123456789abcdef0, docker: preinstalled }'));
  assert.deepEqual(byId.groups['managers']?.ami, {
    source: { kind: 'id', imageId: 'ami-0123456789abcdef0' },
    docker: 'preinstalled',
  });
});
