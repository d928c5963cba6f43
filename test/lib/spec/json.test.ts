import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpecError } from '../../../lib/spec/error.ts';
import { reviveSpec, serializeSpec } from '../../../lib/spec/json.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { altered, wholeSpec } from './samples.ts';

test('a spec survives JSON', () => {
  const spec = wholeSpec();
  assert.deepEqual(reviveSpec(serializeSpec(spec)), spec);
  const byId = parseSpec(altered('ami: ecs-optimized', 'ami: { id: ami-0123456789abcdef0, docker: install }'));
  assert.deepEqual(reviveSpec(serializeSpec(byId)), byId);
});

function refusal(text: string): SpecError {
  try {
    reviveSpec(text);
  } catch (error) {
    assert.ok(error instanceof SpecError);
    return error;
  }
  throw new Error('accepted');
}

test('the rules are those of a declaration', () => {
  const json = serializeSpec(wholeSpec());
  assert.match(refusal(json.replace('"size":2', '"size":-2')).message, /groups\.workers\.allocation\.size/);
  assert.match(refusal(json.replace('"size":2', '"size":"2"')).message, /whole number/);
  assert.match(refusal(json.replace('"kind":"size"', '"kind":"logicalIds"')).message, /allocation\.kind/);
  assert.match(refusal(json.replace('"10.42.1.10"', '"10.42.0.10"')).message, /already/);
  assert.match(refusal(json.replace('"kind":"parameter"', '"kind":"magic"')).message, /ami/);
  assert.match(refusal(json.replace('{"cluster"', '{"__proto__":{"x":1},"cluster"')).message, /__proto__/);
  assert.match(refusal('{').message, /no JSON/);
  assert.match(refusal('null').message, /no cluster/);
});
