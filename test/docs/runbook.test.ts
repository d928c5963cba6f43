import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ALARMS } from '../../lib/names.ts';
import { EVENT_KINDS } from '../../lib/store/store.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNBOOK = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');

/** As GitHub makes anchors of headings. */
const ANCHORS = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
}

/** Every rule by which the planner holds something back: named where it does, where a gate refuses, or by what looked broken. */
function heldRules(): readonly string[] {
  const HELD = [
    /\.hold\(\s*'([a-z-]+)'/g,
    /\brule: (?:\w+ \? )?'([a-z-]+)'/g,
    /\brule: \w+ \? '[a-z-]+' : '([a-z-]+)'/g,
    /\bsymptom: '([a-z-]+)'/g,
  ];
  const found = sourcesBelow('lib/plan').flatMap((text) =>
    HELD.flatMap((pattern) => [...text.matchAll(pattern)].map(([, rule = '']) => rule)),
  );
  return [...new Set(found)].toSorted();
}

describe('the runbook', () => {
  it('has every alarm, every held rule and every kind of event, and nothing that is gone', () => {
    const rules = heldRules();
    assert.ok(
      rules.length > 25 && ['no-quorum', 'parked', 'backoff', 'boot-failed'].every((rule) => rules.includes(rule)),
    );
    const wanted = [
      ...ALARMS,
      ...rules.map((rule) => `held-${rule}`),
      ...EVENT_KINDS.map((kind) => `event-${kind}`),
    ].toSorted();
    const parts = [...RUNBOOK.matchAll(/^### (.+)$/gm)].length;
    assert.deepEqual(
      wanted.filter((anchor) => !ANCHORS.includes(anchor)),
      [],
      'missing in docs/runbook.md',
    );
    const known = new Set([...wanted, 'finding-the-traces-of-one-event']);
    const others = ANCHORS.filter((anchor) => /^(held|event)-/.test(anchor) && !known.has(anchor));
    assert.deepEqual(others, [], 'in docs/runbook.md, and in the code no more');
    assert.equal(parts, known.size);
    assert.equal(new Set(ANCHORS).size, ANCHORS.length);
  });

  it('says of each alarm what the controller does, or what to look at, and what to do', () => {
    const parts = RUNBOOK.split(/^### /m);
    for (const key of ALARMS) {
      const part = parts.find((text) => text.startsWith(`${key}\n`)) ?? '';
      assert.match(part, /\*\*(By itself|Look)\*\*/, key);
      assert.match(part, /\*\*Do\*\*/, key);
    }
  });

  it('is pointed to by what is there only: by its own links, by the code and by other pages', () => {
    const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
    const texts = [...sourcesBelow('lib'), ...pages.map((name) => readFileSync(join(ROOT, 'docs', name), 'utf8'))];
    const pointed = [
      ...RUNBOOK.matchAll(/\]\(#([\w-]+)\)/g),
      ...texts.flatMap((text) => [...text.matchAll(/runbook\.md#([\w-]+)/g)]),
    ].map(([, anchor = '']) => anchor);
    assert.ok(pointed.length > 5);
    assert.deepEqual(
      pointed.filter((anchor) => !ANCHORS.includes(anchor)),
      [],
    );
  });
});
