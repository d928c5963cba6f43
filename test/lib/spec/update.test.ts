import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { SpecError, type SpecProblem } from '../../../lib/spec/error.ts';
import { reviveSpec, serializeSpec } from '../../../lib/spec/json.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import type { Amount, UpdatePolicy } from '../../../lib/spec/spec.ts';
import { allowance } from '../../../lib/spec/update.ts';
import { altered, WHOLE, wholeSpec } from './samples.ts';

const MANAGERS = 'labels: { tier: control }';
const WORKERS = 'allocation: { size: 2 }';
const GROUPS = { managers: MANAGERS, workers: WORKERS } as const;

const withUpdate = (group: keyof typeof GROUPS, update: string) =>
  altered(GROUPS[group], `${GROUPS[group]}\n    update: ${update}`);

function updateOf(text: string, group: string): UpdatePolicy {
  const update = parseSpec(text).groups[group]?.update;
  assert.ok(update);
  return update;
}

function refused(text: string): SpecProblem {
  try {
    parseSpec(text);
  } catch (error) {
    assert.ok(error instanceof SpecError, String(error));
    const [problem, ...others] = error.problems;
    assert.deepEqual(others, []);
    assert.ok(problem);
    return problem;
  }
  throw new Error(`accepted: ${text}`);
}

const count = (number: number): Amount => ({ kind: 'count', count: number });
const percent = (number: number): Amount => ({ kind: 'percent', percent: number });

test('a group that says nothing is rolled without ever missing a machine; one of pets one at a time', () => {
  assert.deepEqual(updateOf(WHOLE, 'workers'), {
    maxUnavailable: count(0),
    maxSurge: count(1),
    healthySeconds: 15,
    timeout: 600,
    onFailure: 'pause',
  });
  assert.deepEqual(updateOf(WHOLE, 'managers'), {
    maxUnavailable: count(1),
    maxSurge: count(0),
    healthySeconds: 30,
    timeout: 600,
    onFailure: 'pause',
  });
});

test('it is logical IDs that make the defaults, not the flavor', () => {
  const vanilla = (allocation: string) =>
    altered('flavor: swarm-worker', 'flavor: vanilla').replace('{ size: 2 }', allocation);
  assert.deepEqual(updateOf(vanilla('{ size: 2 }'), 'workers').maxSurge, count(1));
  assert.deepEqual(updateOf(vanilla('{ logicalIds: [10.42.0.20] }'), 'workers').maxSurge, count(0));
});

test('what is said replaces the default, in machines or as a share', () => {
  const whole = '{ maxUnavailable: 2, maxSurge: "25%", healthySeconds: 0, timeout: 60, onFailure: rollback }';
  assert.deepEqual(updateOf(withUpdate('workers', whole), 'workers'), {
    maxUnavailable: count(2),
    maxSurge: percent(25),
    healthySeconds: 0,
    timeout: 60,
    onFailure: 'rollback',
  });
  assert.deepEqual(updateOf(withUpdate('workers', '{ maxSurge: 100% }'), 'workers').maxSurge, percent(100));
  const managers = updateOf(withUpdate('managers', '{ maxUnavailable: 1, maxSurge: 0, timeout: 900 }'), 'managers');
  assert.deepEqual([managers.timeout, managers.healthySeconds], [900, 30]);
});

const REFUSALS: readonly [what: string, group: keyof typeof GROUPS, update: string, path: string, says: RegExp][] = [
  ['both 0', 'workers', '{ maxSurge: 0 }', '', /both 0.*no machine could be replaced/],
  ['both 0 as shares', 'workers', '{ maxUnavailable: 0%, maxSurge: 0% }', '', /both 0/],
  ['managers beside their addresses', 'managers', '{ maxSurge: 1 }', '.maxSurge', /one machine at a time; 0$/],
  ['a share of managers', 'managers', '{ maxUnavailable: 50% }', '.maxUnavailable', /one at a time.*; 1$/],
  ['no manager at a time', 'managers', '{ maxUnavailable: 0 }', '.maxUnavailable', /one at a time/],
  ['two managers at a time', 'managers', '{ maxUnavailable: 2 }', '.maxUnavailable', /one at a time/],
  ['more than all', 'workers', '{ maxSurge: 101% }', '.maxSurge', /0% to 100%/],
  ['a broken share', 'workers', '{ maxSurge: 2.5% }', '.maxSurge', /0% to 100%/],
  ['a broken number', 'workers', '{ maxSurge: 0.5 }', '.maxSurge', /whole number of machines/],
  ['fewer than none', 'workers', '{ maxSurge: -1 }', '.maxSurge', /whole number of machines/],
  ['a number in quotes', 'workers', '{ maxSurge: "1" }', '.maxSurge', /whole number of machines/],
  ['no time to become healthy', 'workers', '{ timeout: 0 }', '.timeout', /60 to 86400 \(seconds\)/],
  ['a time that is no number', 'workers', '{ healthySeconds: 15s }', '.healthySeconds', /0 to 3600 \(seconds\)/],
  ['an unknown end', 'workers', '{ onFailure: stop }', '.onFailure', /one of pause, rollback/],
  ['an unknown key', 'workers', '{ maxsurge: 1 }', '.maxsurge', /did you mean `maxSurge`/],
  ['no mapping', 'workers', 'fast', '', /maxUnavailable, maxSurge/],
];

for (const [what, group, update, path, says] of REFUSALS) {
  test(`refused in an update: ${what}`, () => {
    const problem = refused(withUpdate(group, update));
    assert.equal(problem.path, `groups.${group}.update${path}`);
    assert.match(`${problem.found}; ${problem.allowed}`, says);
    assert.notEqual(problem.position, undefined);
  });
}

test('a refused allocation is the only problem told, although it decides what an update may be', () => {
  const text = withUpdate('workers', '{ maxSurge: 1 }').replace('size: 2', 'size: -2');
  assert.equal(refused(text).path, 'groups.workers.allocation.size');
});

test('an update survives JSON, and what was stored without one has the defaults', () => {
  const spec = parseSpec(withUpdate('workers', '{ maxUnavailable: 3, maxSurge: 10%, onFailure: rollback }'));
  assert.deepEqual(reviveSpec(serializeSpec(spec)), spec);
  const former: { groups: Record<string, Record<string, unknown>> } = JSON.parse(serializeSpec(wholeSpec()));
  for (const group of Object.values(former.groups)) delete group['update'];
  assert.deepEqual(reviveSpec(JSON.stringify(former)), wholeSpec());
});

test('a stored amount that is neither a number nor a share is refused', () => {
  const json = serializeSpec(wholeSpec());
  const surge = '"maxSurge":{"kind":"count","count":1}';
  assert.ok(json.includes(surge));
  for (const bad of [
    '{"kind":"count","percent":1}',
    '{"kind":"count","count":1,"x":2}',
    '{"kind":"percent","percent":200}',
    '{}',
  ]) {
    assert.throws(() => reviveSpec(json.replace(surge, `"maxSurge":${bad}`)), /groups\.workers\.update\.maxSurge/);
  }
});

test('a share of surge is rounded up, one of unavailable down', () => {
  assert.deepEqual(allowance({ maxUnavailable: percent(25), maxSurge: percent(25) }, 10), { unavailable: 2, surge: 3 });
  assert.deepEqual(allowance({ maxUnavailable: percent(25), maxSurge: percent(1) }, 3), { unavailable: 0, surge: 1 });
  assert.deepEqual(allowance({ maxUnavailable: percent(100), maxSurge: count(0) }, 7), { unavailable: 7, surge: 0 });
});

test('a share that comes to nothing, without surge, counts as one machine', () => {
  assert.deepEqual(allowance({ maxUnavailable: percent(25), maxSurge: count(0) }, 3), { unavailable: 1, surge: 0 });
  assert.deepEqual(allowance({ maxUnavailable: percent(25), maxSurge: percent(0) }, 3), { unavailable: 1, surge: 0 });
});

test('whatever is declared and however large the group: it can move, and misses no more than there are', () => {
  const amount = fc.oneof(fc.integer({ min: 0, max: 1000 }).map(count), fc.integer({ min: 0, max: 100 }).map(percent));
  fc.assert(
    fc.property(amount, amount, fc.integer({ min: 0, max: 1000 }), (maxUnavailable, maxSurge, size) => {
      const { unavailable, surge } = allowance({ maxUnavailable, maxSurge }, size);
      assert.ok(Number.isInteger(unavailable) && Number.isInteger(surge));
      assert.ok(unavailable >= 0 && unavailable <= size && surge >= 0);
      if (size > 0) assert.ok(unavailable + surge > 0);
    }),
  );
});

test("what swarm.yaml says in comments is what a group is if it doesn't say it", async () => {
  const text = await readFile(new URL('../../../swarm.yaml', import.meta.url), 'utf8');
  const said = text.replace(/^ {4}# (?=(?:ami|volume|labels|initCommands|update):| {2}\w+: )/gm, '    ');
  assert.equal(said.match(/^ {4}update:\n(?: {6}\w+: .*\n){5}$/m)?.length, 1);
  assert.deepEqual(parseSpec(said), parseSpec(text));
});
