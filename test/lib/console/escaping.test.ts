import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRecord } from '../../../lib/store/store.ts';
import { renderTemplate } from '../../../lib/templates.ts';
import { instanceId, NOW, redeclare, terminate, wholeCluster } from '../../support/cluster.ts';
import { drawn, elementsOf } from './drawn.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><cwdb-action action="call" endpoint="arn:aws:lambda:us-east-1:666666666666:function:steal">{}</cwdb-action>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '</cwdb-action><a href="javascript:alert(1)">press</a>',
  '{{constructor}} {{{this}}}',
  '&lt;script&gt;',
];

function events(text: string): EventRecord[] {
  const fields = { at: NOW, fence: 1, name: text, subject: text, reason: text };
  return [
    { ...fields, kind: 'action' },
    { ...fields, kind: 'held' },
  ];
}

/** A cluster whose every free text is hostile: people, machines and AWS can have written it. */
function spoilt(text: string) {
  const cluster = wholeCluster();
  terminate(cluster, instanceId(1));
  cluster.committed = { ...cluster.committed, committedBy: text };
  cluster.instances = cluster.instances.map((one, index) =>
    index % 2 === 0 ? one : { ...one, zone: text, privateIp: text, group: index === 1 ? text : one.group },
  );
  cluster.volumes = cluster.volumes.map((one) => ({ ...one, id: text }));
  const group = 'workers';
  const halt = { hash: 'x', by: text, reason: text, at: NOW };
  cluster.records.rollouts.set(group, { group, good: undefined, halt, resumedAt: undefined });
  return cluster;
}

/** Elements by name with the names of their attributes: what a page is made of, whatever is written in it. */
function anatomy(html: string): string[] {
  return [
    ...new Set(elementsOf(html).map(({ name, attributes }) => [name, ...Object.keys(attributes).sort()].join(' '))),
  ].sort();
}

test('whatever is written in names, reasons and events becomes text, never markup', async () => {
  const harmless = await drawn(spoilt('plain'), { events: events('plain') });
  for (const text of HOSTILE) {
    const { html } = await drawn(spoilt(text), { events: events(text) });
    assert.deepEqual(anatomy(html), anatomy(harmless.html), text);
    const whole = elementsOf(html)[0]?.text ?? '';
    assert.ok(whole.includes(text.replaceAll(/\s+/g, ' ')) || whole.includes(text), `shown as it is: ${text}`);
  }
});

/** Colours and themes are the code's own words, and classes in the markup. */
const OWN_WORDS: ReadonlySet<string> = new Set(['tone', 'theme']);

/** The same view with another text in the place of each there is. */
function filled(value: unknown, text: string): unknown {
  if (typeof value === 'string') return value === '' ? '' : text;
  if (Array.isArray(value)) return value.map((one) => filled(one, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, OWN_WORDS.has(key) ? one : filled(one, text)]),
  );
}

test('nor does any text of the view, wherever it comes from', async () => {
  const cluster = wholeCluster({ workers: 40 });
  terminate(cluster, instanceId(1));
  redeclare(cluster, 'workers', { instanceType: 't4g.large' });
  const { view } = await drawn(cluster, { events: events('plain') });
  const notice = { tone: 'good' as const, sign: '✓', text: 'plain' };
  const held = view.events;
  const page = (text: string) =>
    renderTemplate('console/widget.html.hbs', Object(filled({ ...view, notice, held }, text)));
  const harmless = anatomy(page('plain'));
  assert.ok(harmless.includes('i class title') && harmless.some((one) => one.startsWith('cwdb-action')));
  for (const text of HOSTILE) assert.deepEqual(anatomy(page(text)), harmless, text);
});

test('there is nothing in it that CloudWatch would take out', async () => {
  const { html } = await drawn(wholeCluster());
  const names = new Set(elementsOf(html).map(({ name }) => name));
  for (const forbidden of ['script', 'iframe', 'use', 'link', 'object', 'embed', 'form']) {
    assert.ok(!names.has(forbidden), forbidden);
  }
  for (const { name, attributes } of elementsOf(html)) {
    const handlers = Object.keys(attributes).filter((key) => key.startsWith('on'));
    assert.deepEqual(handlers, [], `handlers of ${name}`);
  }
  // Sanitisers drop a style sheet that stands before everything else.
  assert.match(html, /^<div class="es light">/);
});
