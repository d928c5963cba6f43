import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SpecError } from '../../../lib/spec/error.ts';
import { reviveSpec, serializeSpec } from '../../../lib/spec/json.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import { altered, WHOLE } from './samples.ts';

function messageOf(text: string): string {
  try {
    parseSpec(text);
  } catch (error) {
    assert.ok(error instanceof SpecError, String(error));
    return error.message;
  }
  throw new Error(`accepted: ${text}`);
}

const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi']
  .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]`)
  .join('\n')}\n`;

const TEXTS: readonly [what: string, text: string, says: RegExp][] = [
  ['an empty text', '', /is empty/],
  ['only a comment', '# nothing\n', /is empty/],
  ['a list', '- a', /is no cluster/],
  ['tabs as indentation', 'cluster: demo\nnetwork:\n\tcidr: 10.42.0.0/16\n', /Tabs are not allowed/],
  ['two documents', `${WHOLE}---\n${WHOLE}`, /2 YAML documents/],
  ['a key given twice', altered('cluster: demo', 'cluster: demo\ncluster: demo'), /unique/],
  ['a huge document', `${WHOLE}# ${'x'.repeat(70_000)}`, /at most 65536/],
  ['thousands of brackets', `a: ${'['.repeat(60_000)}`, /not valid YAML|too deeply/],
  ['closed brackets, nested deeply', `a: ${'['.repeat(300)}${']'.repeat(300)}`, /nested too deeply/],
  ['an alias bomb', BOMB, /too many values/],
  ['an alias that holds itself', 'a: &a [*a]', /nested too deeply, or an alias holds itself/],
  ['an alias of nothing', altered('cluster: demo', 'cluster: *nowhere'), /nowhere|Unresolved alias/i],
  ['an unknown tag', altered('cluster: demo', 'cluster: !secret demo'), /Unresolved tag/],
  ['binary data', altered('cluster: demo', 'cluster: !!binary aGVsbG8='), /binary/],
  ['a key of its own structure', '? [a, b]\n: c\n', /no text/],
];

for (const [what, text, says] of TEXTS) {
  test(`refused: ${what}`, { timeout: 5_000 }, () => assert.match(messageOf(text), says));
}

test('aliases within reason are fine', () => {
  const text = altered('{ tier: control }', '&shared { tier: control }').replace(
    'allocation: { size: 2 }',
    'allocation: { size: 2 }\n    labels: *shared',
  );
  assert.deepEqual(parseSpec(text).groups['workers']?.labels, { tier: 'control' });
});

function specOrRefusal(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof SpecError, `${error}`);
    assert.ok(error.problems.length > 0);
  }
}

test('any text gives a spec or a SpecError', () => {
  const yamlish = fc
    .array(fc.constantFrom(...'{}[]:,-?&*!|>\'"%@`#\t\n \r\\', 'a', '1', '<<', '__proto__', '---', '...', 'cluster'), {
      maxLength: 60,
    })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), yamlish), (text) => {
      specOrRefusal(() => parseSpec(text));
      specOrRefusal(() => reviveSpec(text));
    }),
    { numRuns: 3_000 },
  );
});

test('a sample with any part of it replaced gives a spec or a SpecError, and what is accepted survives the table', () => {
  const lines = WHOLE.split('\n');
  fc.assert(
    fc.property(
      fc.nat(lines.length - 1),
      fc.oneof(fc.json({ maxDepth: 3 }), fc.string({ maxLength: 40 }), fc.constantFrom('10.42.0.11', '3', 'null', '~')),
      (index, value) => {
        const line = lines[index] ?? '';
        const text = lines
          .with(
            index,
            line.replace(/: .*/, () => `: ${value}`),
          )
          .join('\n');
        specOrRefusal(() => {
          const spec = parseSpec(text);
          assert.deepEqual(reviveSpec(serializeSpec(spec)), spec);
        });
      },
    ),
    { numRuns: 2_000 },
  );
});

test('any JSON as a document gives a spec or a SpecError', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      specOrRefusal(() => parseSpec(text));
      specOrRefusal(() => reviveSpec(text));
    }),
    { numRuns: 1_000 },
  );
});
