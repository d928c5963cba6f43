import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWidgetEvent, WidgetEventError } from '../../../lib/console/widget-event.ts';

/** As CloudWatch sends it; from its documentation. */
const CONTEXT = {
  dashboardName: 'Name-of-current-dashboard',
  widgetId: 'widget-16',
  accountId: '012345678901',
  locale: 'en',
  timezone: { label: 'Local timezone', offsetISO: '+05:30', offsetInMinutes: -330 },
  period: 300,
  isAutoPeriod: true,
  timeRange: { mode: 'relative', start: 1627236199729, end: 1627322599729, relativeStart: 86400012 },
  theme: 'dark',
  linkCharts: true,
  title: 'demo',
  forms: { all: { reason: '  moving \n the disks ' } },
  params: {},
  width: 588,
  height: 369,
};

test('a view is asked for with the viewer’s theme and clock', () => {
  assert.deepEqual(readWidgetEvent({ widgetContext: CONTEXT }), {
    kind: 'show',
    viewer: { theme: 'dark', utcOffset: 330, timeZone: 'Local timezone' },
  });
  const west = { ...CONTEXT, timezone: { label: 'x', offsetISO: '-03:30' } };
  const request = readWidgetEvent({ widgetContext: west });
  assert.equal(request.kind === 'show' && request.viewer.utcOffset, -210);
});

test('what can’t be understood of the context is shown by default', () => {
  for (const widgetContext of [undefined, 'none', {}, { theme: 'pink', timezone: { offsetISO: 'noon' }, forms: 7 }]) {
    const viewer = { theme: 'light', utcOffset: 0, timeZone: 'UTC' };
    assert.deepEqual(readWidgetEvent({ widgetContext }), { kind: 'show', viewer });
  }
});

test('a pressed button is an order; a pause takes its reason from the field, on one line and not longer than can be read', () => {
  const press = (order: string, reason?: unknown) =>
    readWidgetEvent({ order, widgetContext: { ...CONTEXT, forms: { all: { reason } } } });
  const pause = press('pause', '  moving \n the disks ');
  assert.deepEqual(pause.kind === 'order' && pause.order, { order: 'pause', reason: 'moving the disks' });
  for (const nothing of ['', '  ', 7, undefined]) {
    const bare = press('pause', nothing);
    assert.deepEqual(bare.kind === 'order' && bare.order, { order: 'pause', reason: 'no reason given' });
  }
  const long = press('pause', 'x'.repeat(5_000));
  assert.ok(long.kind === 'order' && long.order.order === 'pause' && long.order.reason.length === 200);
  const look = press('reconcile');
  assert.deepEqual(look.kind === 'order' && look.order, { order: 'reconcile' });
});

test('a machine is replaced by its instance id, and by nothing else', () => {
  const press = (instanceId: unknown) => readWidgetEvent({ order: 'replace', instanceId, widgetContext: CONTEXT });
  const replace = press('i-0123456789abcdef0');
  assert.deepEqual(replace.kind === 'order' && replace.order, { order: 'replace', instanceId: 'i-0123456789abcdef0' });
  for (const wrong of [undefined, '', '10.42.0.10', 'i-', 'i-0123456789abcdef0 ', ['i-0123456789abcdef0'], {}]) {
    assert.throws(() => press(wrong), WidgetEventError, String(wrong));
  }
});

test('no order but those there are is taken', () => {
  for (const order of ['terminate', 'Pause', '', 0, null, {}, '__proto__']) {
    assert.throws(() => readWidgetEvent({ order, widgetContext: CONTEXT }), WidgetEventError, String(order));
  }
  for (const event of [undefined, null, 'pause', 7, []]) assert.throws(() => readWidgetEvent(event), WidgetEventError);
});

test('the editor of dashboards asks for the documentation', () => {
  assert.deepEqual(readWidgetEvent({ describe: true }), { kind: 'describe' });
});
