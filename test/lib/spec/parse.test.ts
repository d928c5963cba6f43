import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpecError, type SpecProblem } from '../../../lib/spec/error.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { defaultUpdate } from '../../../lib/spec/update.ts';
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

const IDS = '[10.42.0.10, 10.42.1.10, 10.42.2.10]';
const LONG = 'x'.repeat(300);

/** What is altered in the sample; where the problem is, and what its text must say. */
const REFUSALS: readonly [what: string, from: string, to: string, path: string, says: RegExp][] = [
  ['an unknown key at the top', 'cluster: demo', 'clutser: demo', 'clutser', /did you mean `cluster`/],
  [
    'an unknown key in a group',
    'instanceType:',
    'instancetype:',
    'groups.managers.instancetype',
    /did you mean `instanceType`/,
  ],
  ['an unknown key in an allocation', 'size: 2', 'sice: 2', 'groups.workers.allocation.sice', /did you mean `size`/],
  ['an unknown key in the network', 'zones: 3', 'zoned: 3', 'network.zoned', /did you mean `zones`/],
  ['an unknown key in a volume', 'type: gp3', 'iops: 3', 'groups.managers.volume.iops', /unknown key/],
  [
    'a logical ID outside every subnet',
    '10.42.2.10',
    '10.42.3.10',
    'groups.managers.allocation.logicalIds[2]',
    /outside every subnet.*10\.42\.0\.0\/24, 10\.42\.1\.0\/24/,
  ],
  [
    'a logical ID outside of the VPC',
    '10.42.2.10',
    '192.168.0.1',
    'groups.managers.allocation.logicalIds[2]',
    /outside every subnet/,
  ],
  [
    'the first address of a subnet',
    '10.42.2.10',
    '10.42.2.0',
    'groups.managers.allocation.logicalIds[2]',
    /kept by AWS.*10\.42\.2\.4 to 10\.42\.2\.254/,
  ],
  [
    'the fourth address of a subnet',
    '10.42.2.10',
    '10.42.2.3',
    'groups.managers.allocation.logicalIds[2]',
    /kept by AWS/,
  ],
  [
    'the last address of a subnet',
    '10.42.2.10',
    '10.42.2.255',
    'groups.managers.allocation.logicalIds[2]',
    /kept by AWS/,
  ],
  [
    'a logical ID that is no address',
    '10.42.2.10',
    'manager-3',
    'groups.managers.allocation.logicalIds[2]',
    /is no IPv4 address/,
  ],
  [
    'an address with leading zeros',
    '10.42.2.10',
    '10.42.2.010',
    'groups.managers.allocation.logicalIds[2]',
    /leading zeros/,
  ],
  [
    'a logical ID that is a number',
    '10.42.2.10',
    '10.42',
    'groups.managers.allocation.logicalIds[2]',
    /an IPv4 address/,
  ],
  [
    'an address twice in a group',
    '10.42.2.10',
    '10.42.0.10',
    'groups.managers.allocation.logicalIds[2]',
    /in group "managers" already/,
  ],
  [
    'an address twice over groups',
    '{ size: 2 }',
    '{ logicalIds: [10.42.1.10] }',
    'groups.workers.allocation.logicalIds[0]',
    /in group "managers" already/,
  ],
  [
    'two managers',
    IDS,
    '[10.42.0.10, 10.42.1.10]',
    'groups.managers.allocation.logicalIds',
    /lists 2 managers.*1, 3, 5 or 7/,
  ],
  ['no managers listed', IDS, '[]', 'groups.managers.allocation.logicalIds', /lists 0 managers/],
  [
    'nine managers',
    IDS,
    '[10.42.0.10, 10.42.1.10, 10.42.2.10, 10.42.0.11, 10.42.1.11, 10.42.2.11, 10.42.0.12, 10.42.1.12, 10.42.2.12]',
    'groups.managers.allocation.logicalIds',
    /lists 9 managers/,
  ],
  ['managers by size', `{ logicalIds: ${IDS} }`, '{ size: 3 }', 'groups.managers.allocation.size', /by size/],
  ['no manager group', 'flavor: swarm-manager', 'flavor: swarm-worker', 'groups', /no managers/],
  [
    'two manager groups',
    'flavor: swarm-worker',
    'flavor: swarm-manager',
    'groups.workers.flavor',
    /second group of managers beside "managers"/,
  ],
  [
    'an unknown flavor',
    'flavor: swarm-worker',
    'flavor: worker',
    'groups.workers.flavor',
    /one of swarm-manager, swarm-worker, vanilla/,
  ],
  ['a worker size below 0', 'size: 2', 'size: -1', 'groups.workers.allocation.size', /-1|from 0 to 1000/],
  ['a size that is not whole', 'size: 2', 'size: 1.5', 'groups.workers.allocation.size', /whole number from 0 to 1000/],
  ['a size above 1000', 'size: 2', 'size: 1001', 'groups.workers.allocation.size', /whole number from 0 to 1000/],
  ['a size that is no number', 'size: 2', 'size: two', 'groups.workers.allocation.size', /whole number from 0 to 1000/],
  ['an infinite size', 'size: 2', 'size: .inf', 'groups.workers.allocation.size', /whole number from 0 to 1000/],
  ['both ways of counting', 'size: 2', 'size: 2, logicalIds: [10.42.0.20]', 'groups.workers.allocation', /both/],
  ['no way of counting', '{ size: 2 }', '{}', 'groups.workers.allocation', /neither/],
  [
    'more machines than addresses',
    'subnetMask: 24',
    'subnetMask: 28',
    'groups.managers.allocation.logicalIds[1]',
    /outside every subnet/,
  ],
  [
    'a cidr with host bits',
    '10.42.0.0/16',
    '10.42.0.1/16',
    'network.cidr',
    /bits set after its prefix.*10\.42\.0\.0\/16/,
  ],
  [
    'a cidr smaller than its subnets',
    '10.42.0.0/16',
    '10.42.0.0/24',
    'network.cidr',
    /too small for 3 subnets of \/24.*\/22/,
  ],
  ['a cidr larger than a VPC', '10.42.0.0/16', '10.0.0.0/8', 'network.cidr', /no IPv4 block for a VPC/],
  ['a cidr that is none', '10.42.0.0/16', '10.42.0.0', 'network.cidr', /IPv4 block/],
  ['a link-local cidr', '10.42.0.0/16', '169.254.0.0/16', 'network.cidr', /not for hosts/],
  ['a multicast cidr', '10.42.0.0/16', '224.1.0.0/16', 'network.cidr', /not for hosts/],
  ["the block of Docker's bridge", '10.42.0.0/16', '172.17.0.0/16', 'network.cidr', /Docker uses/],
  ['no zone', 'zones: 3', 'zones: 0', 'network.zones', /from 1 to 3/],
  ['four zones', 'zones: 3', 'zones: 4', 'network.zones', /from 1 to 3/],
  ['a subnet mask out of range', 'subnetMask: 24', 'subnetMask: 29', 'network.subnetMask', /from 16 to 28/],
  ['a bad cluster name', 'cluster: demo', 'cluster: Demo_1', 'cluster', /lower-case letter/],
  ['a long cluster name', 'cluster: demo', `cluster: ${'a'.repeat(31)}`, 'cluster', /up to 29/],
  ['a bad group name', '  workers:', '  Workers:', 'groups.Workers', /no name for a group/],
  [
    'a bad instance type',
    'instanceType: t4g.small',
    'instanceType: huge',
    'groups.managers.instanceType',
    /EC2 instance type/,
  ],
  [
    'an unknown AMI',
    'ami: ecs-optimized',
    'ami: windows',
    'groups.managers.ami',
    /one of amazon-linux-2023, ecs-optimized, debian-12/,
  ],
  [
    'an AMI by a bad id',
    'ami: ecs-optimized',
    'ami: { id: ami-1, docker: install }',
    'groups.managers.ami.id',
    /ami- and 8 or 17/,
  ],
  [
    'an AMI by a bad parameter',
    'ami: ecs-optimized',
    'ami: { parameter: golden, docker: install }',
    'groups.managers.ami.parameter',
    /SSM parameter/,
  ],
  [
    'an AMI that does not say where Docker is from',
    'ami: ecs-optimized',
    'ami: { parameter: /golden }',
    'groups.managers.ami.docker',
    /is missing.*preinstalled, install/,
  ],
  [
    'an AMI by both',
    'ami: ecs-optimized',
    'ami: { parameter: /a, id: ami-12345678, docker: install }',
    'groups.managers.ami',
    /both/,
  ],
  ['a volume of nothing', 'sizeGiB: 20', 'sizeGiB: 0', 'groups.managers.volume.sizeGiB', /from 1 to 16384/],
  ['an unknown volume type', 'type: gp3', 'type: gp9', 'groups.managers.volume.type', /gp3, gp2, io1, io2/],
  [
    'an io1 volume of 3 GiB',
    'sizeGiB: 20, type: gp3',
    'sizeGiB: 3, type: io1',
    'groups.managers.volume.sizeGiB',
    /too small for io1/,
  ],
  [
    "a label in Docker's namespace",
    'tier: control',
    'com.docker.tier: control',
    'groups.managers.labels["com.docker.tier"]',
    /outside of com\.docker\./,
  ],
  [
    'a label in our namespace',
    'tier: control',
    'everswarm.logical-id: x',
    'groups.managers.labels["everswarm.logical-id"]',
    /everswarm\./,
  ],
  [
    'a label key with an equals sign',
    'tier: control',
    'a=b: control',
    'groups.managers.labels["a=b"]',
    /placement constraints/,
  ],
  ['a label of several lines', 'tier: control', 'tier: "a\\nb"', 'groups.managers.labels.tier', /on one line/],
  ['a label that is a number', 'tier: control', 'tier: 1', 'groups.managers.labels.tier', /in quotes/],
  ['a long label', 'tier: control', `tier: ${LONG}`, 'groups.managers.labels.tier', /256/],
  [
    'an empty command',
    'initCommands: [echo hello]',
    'initCommands: [echo, ""]',
    'groups.managers.initCommands[1]',
    /shell command/,
  ],
  [
    'commands that are no list',
    'initCommands: [echo hello]',
    'initCommands: echo',
    'groups.managers.initCommands',
    /list of shell commands/,
  ],
  ['a missing field', '    flavor: swarm-worker\n', '', 'groups.workers.flavor', /is missing/],
  ['the key __proto__', 'tier: control', '__proto__: { a: b }', 'groups.managers.labels.__proto__', /keeps for itself/],
  ['the key constructor', 'tier: control', 'constructor: x', 'groups.managers.labels.constructor', /keeps for itself/],
  ['a group called constructor', '  workers:', '  constructor:', 'groups.constructor', /keeps for itself/],
  ['a key that is no text', 'tier: control', '1: control', 'groups.managers.labels', /no text/],
];

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
