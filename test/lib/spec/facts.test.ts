import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedAmi } from '../../../lib/spec/ami.ts';
import { configHash } from '../../../lib/spec/config-hash.ts';
import { formatSpecError, SpecError } from '../../../lib/spec/error.ts';
import { cattle, managerGroup, pets } from '../../../lib/spec/groups.ts';
import { architectureOf } from '../../../lib/spec/instance-type.ts';
import { subnetBlocks, zoneOf } from '../../../lib/spec/network.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { settingsHash } from '../../../lib/spec/settings-hash.ts';
import type { GroupSpec } from '../../../lib/spec/spec.ts';
import { suggest } from '../../../lib/spec/suggest.ts';
import { defaultUpdate } from '../../../lib/spec/update.ts';
import { altered, wholeSpec } from './samples.ts';

test('the architecture is read from the name of the instance type', () => {
  const arm = ['t4g.small', 'm7gd.2xlarge', 'c8gn.metal-24xl', 'im4gn.large', 'a1.medium', 'g5g.xlarge', 'x2gd.medium'];
  const intel = ['t3.micro', 'g4dn.xlarge', 'm5.large', 'c7a.large', 'p4d.24xlarge', 'c7i-flex.large', 'gr6.4xlarge'];
  for (const type of arm) assert.equal(architectureOf(type), 'arm64', type);
  for (const type of intel) assert.equal(architectureOf(type), 'x86_64', type);
});

test('a named AMI is the parameter of its architecture', () => {
  const name = (...args: Parameters<typeof namedAmi>) => {
    const { source } = namedAmi(...args);
    return source.kind === 'parameter' ? source.name : '';
  };
  assert.equal(name('debian-12', 'x86_64'), '/aws/service/debian/release/12/latest/amd64');
  assert.equal(name('debian-12', 'arm64'), '/aws/service/debian/release/12/latest/arm64');
  assert.equal(
    name('amazon-linux-2023', 'arm64'),
    '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
  );
  assert.equal(
    name('ecs-optimized', 'x86_64'),
    '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
  );
});

test('subnets are the first blocks of the VPC, one a zone', () => {
  const network = { cidr: '10.42.0.0/16', zones: 3, subnetMask: 20 };
  assert.deepEqual(subnetBlocks(network), ['10.42.0.0/20', '10.42.16.0/20', '10.42.32.0/20']);
  assert.equal(zoneOf(network, '10.42.15.255'), 0);
  assert.equal(zoneOf(network, '10.42.16.0'), 1);
  assert.equal(zoneOf(network, '10.42.48.0'), undefined);
  assert.equal(zoneOf(network, 'nonsense'), undefined);
  assert.deepEqual(subnetBlocks({ cidr: '255.255.0.0/16', zones: 1, subnetMask: 16 }), ['255.255.0.0/16']);
});

test('pets and cattle are told apart', () => {
  const spec = wholeSpec();
  assert.equal(managerGroup(spec).name, 'managers');
  assert.deepEqual(pets(spec)[1], { logicalId: '10.42.1.10', group: 'managers' });
  assert.deepEqual(cattle(spec), [{ group: 'workers', size: 2 }]);
});

const IMAGE = { imageId: 'ami-1', rootDeviceName: '/dev/xvda' };
const CATTLE: GroupSpec = {
  flavor: 'swarm-worker',
  allocation: { kind: 'size', size: 2 },
  instanceType: 't4g.small',
  ami: { source: { kind: 'id', imageId: 'ami-1' }, docker: 'preinstalled' },
  volume: { sizeGiB: 30, type: 'gp3' },
  labels: { a: '1', b: '2' },
  initCommands: ['one', 'two'],
  update: defaultUpdate('size'),
};

test('the config hash is of what needs a new machine, in whatever order it is said', () => {
  const hash = configHash(CATTLE, IMAGE, 'workers');
  assert.match(hash, /^[0-9a-f]{12}$/);
  const same: GroupSpec[] = [
    { ...CATTLE, labels: { c: '3' } },
    { ...CATTLE, update: { ...CATTLE.update, timeout: 900, onFailure: 'rollback' } },
    { ...CATTLE, allocation: { kind: 'size', size: 9 } },
    { ...CATTLE, ami: { source: { kind: 'parameter', name: '/x' }, docker: 'preinstalled' } },
  ];
  for (const group of same) assert.equal(configHash(group, IMAGE, 'workers'), hash, JSON.stringify(group));
  const other: GroupSpec[] = [
    { ...CATTLE, instanceType: 't4g.medium' },
    { ...CATTLE, flavor: 'vanilla' },
    { ...CATTLE, initCommands: ['two', 'one'] },
    { ...CATTLE, volume: { sizeGiB: 31, type: 'gp3' } },
    { ...CATTLE, ami: { ...CATTLE.ami, docker: 'install' } },
  ];
  const hashes = [...other.map((group) => configHash(group, IMAGE, 'workers')), hash];
  hashes.push(configHash(CATTLE, { ...IMAGE, imageId: 'ami-2' }, 'workers'), configHash(CATTLE, IMAGE, 'others'));
  assert.equal(new Set(hashes).size, hashes.length);
});

test('the settings hash is of the labels alone, in whatever order they are said', () => {
  const hash = settingsHash(CATTLE);
  assert.match(hash, /^[0-9a-f]{12}$/);
  assert.equal(settingsHash({ ...CATTLE, labels: { b: '2', a: '1' } }), hash);
  const otherwise: GroupSpec = { ...CATTLE, instanceType: 't4g.medium', initCommands: [] };
  assert.equal(settingsHash(otherwise), hash);
  const others: GroupSpec['labels'][] = [{}, { a: '1' }, { a: '2', b: '1' }, { a: '1', b: '2', c: '' }, { a: '1,b=2' }];
  const hashes = others.map((labels) => settingsHash({ labels }));
  assert.equal(new Set([...hashes, hash]).size, others.length + 1);
});

test("a pet's volume is no part of the config hash: it outlives its machines", () => {
  const pet: GroupSpec = { ...CATTLE, allocation: { kind: 'logicalIds', logicalIds: ['10.42.0.10'] } };
  const larger: GroupSpec = { ...pet, volume: { sizeGiB: 99, type: 'gp2' } };
  assert.equal(configHash(pet, IMAGE, 'g'), configHash(larger, IMAGE, 'g'));
});

test('a slip of the finger is recognised, nonsense is not', () => {
  const known = ['flavor', 'allocation', 'instanceType'];
  assert.equal(suggest('flavour', known), 'flavor');
  assert.equal(suggest('InstanceType', known), 'instanceType');
  assert.equal(suggest('zzz', known), undefined);
});

test('errors are shown with their line and a mark under the place', () => {
  const text = altered('size: 2', 'size: -1');
  assert.throws(
    () => parseSpec(text, 'my.yaml'),
    (error) => {
      assert.ok(error instanceof SpecError);
      const plain = formatSpecError(error, { color: false, text });
      assert.match(plain, /my\.yaml:14:25 groups\.workers\.allocation\.size\n {2}-1 is not allowed here/);
      assert.match(plain, / {2}14 \| {5}allocation: \{ size: -1 \}\n {31}\^/);
      assert.ok(formatSpecError(error, { color: true, text }).includes('\u001b[31m'));
      return true;
    },
  );
});
