import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { perform } from '../../../lib/act/perform.ts';
import type { CommandOutcome } from '../../../lib/aws/run-command.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { settingsHash } from '../../../lib/spec/settings-hash.ts';
import { committed, instanceId } from '../../support/cluster.ts';
import { actor, finished } from './actor.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => instanceId(index));
const join = (instanceIds: readonly string[]): Action => ({
  kind: 'join',
  reason: '',
  role: 'worker',
  instanceIds,
  managers: ['10.42.0.10'],
  publisher: 'i-9',
});
const BOOTING = finished(13, 'everswarm: 13 the boot is still running');
const OFFLINE: CommandOutcome = { kind: 'offline', reason: 'its agent is not online' };

/** Joins fifty, of which the machine with each number ends as told. */
async function joinFifty(script: (index: number) => CommandOutcome) {
  const all = ids(50);
  const it = await actor({
    script: (order, id) => (order.document === 'swarm-join' ? script(all.indexOf(id)) : finished(0)),
  });
  const outcome = await perform(join(all), await it.context());
  return { ...it, outcome, text: outcome.ok ? outcome.detail : outcome.message };
}

describe('joining many', () => {
  it('has joined some, though others are not ready', async () => {
    const { outcome, text } = await joinFifty((index) => (index < 30 ? finished(0) : index < 47 ? BOOTING : OFFLINE));
    assert.ok(outcome.ok);
    assert.ok(text.startsWith(`${ids(3).join(', ')} and 27 more done`), text);
    assert.match(text, new RegExp(`17 × BootNotFinished, e\\.g\\. ${instanceId(30)}: the boot is still running`));
    assert.match(text, /3 × Offline/);
    assert.ok(text.length < 300, `${text.length} characters`);
  });

  it('has failed for the time being when none has joined', async () => {
    const { outcome, text } = await joinFifty((index) => (index % 2 === 0 ? BOOTING : OFFLINE));
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['BootNotFinished', 'soon']);
    assert.match(text, /^25 × BootNotFinished.*; 25 × Offline/);
  });

  it('names what does not pass by itself, and does not hide that others joined', async () => {
    const { outcome, text } = await joinFifty((index) =>
      index === 7 ? finished(22, 'everswarm: 22 a member of another swarm') : index < 20 ? BOOTING : finished(0),
    );
    assert.deepEqual(outcome.ok ? '' : [outcome.code, outcome.retry], ['OtherSwarm', 'soon']);
    assert.match(text, /and 27 more done/);
    assert.match(text, /a member of another swarm/);
  });

  it('says who joined also when the tokens had to be published for others', async () => {
    const { outcome, text, orders } = await joinFifty((index) =>
      index < 30 ? finished(0) : finished(20, 'everswarm: 20 no token'),
    );
    assert.equal(!outcome.ok && outcome.code, 'NoToken');
    assert.match(text, /and 27 more done; .*no token; i-9 has published the tokens anew/);
    assert.deepEqual(
      orders.map(({ document }) => document),
      ['swarm-join', 'publish-tokens'],
    );
  });

  it('gives fifty to a command, each told of its own, five commands side by side, the rest in the next pass', async () => {
    const it = await actor();
    const outcome = await perform(join(ids(1000)), await it.context());
    assert.deepEqual(
      it.orders.map(({ instanceIds }) => instanceIds.length),
      [50, 50, 50, 50, 50],
    );
    for (const { instanceIds, parameters } of it.orders) assert.equal(parameters['instances'], instanceIds.join(','));
    assert.match(outcome.ok ? outcome.detail : '', /and 247 more; 750 more in the next pass/);
  });
});

describe('settings in place', () => {
  const base = committed();
  const { workers } = base.spec.groups;
  assert.ok(workers);
  const labelled = (labels: Record<string, string>) => ({ ...workers, labels });
  const apply = (labels: Record<string, string>): Action => {
    return {
      kind: 'applySettings',
      reason: '',
      group: 'workers',
      hash: settingsHash({ labels }),
      instanceIds: [instanceId(1)],
    };
  };

  async function applied(labels: Record<string, string>, newest: Record<string, string>, former = labels) {
    const it = await actor({
      former: new Map([
        ['workers', { version: 1, spec: labelled(former), image: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' } }],
      ]),
    });
    const context = await it.context();
    const groups = { ...base.spec.groups, workers: labelled(newest) };
    const outcome = await perform(apply(labels), {
      ...context,
      committed: { ...base, spec: { ...base.spec, groups } },
    });
    return { outcome, parameters: it.orders[0]?.parameters };
  }

  it('sends the labels as lines in base64, with their hash', async () => {
    const labels = { zone: 'b', disk: 'ssd=fast' };
    const { outcome, parameters } = await applied(labels, labels);
    assert.ok(outcome.ok);
    assert.equal(parameters?.['hash'], settingsHash({ labels }));
    assert.equal(Buffer.from(parameters?.['labels'] ?? '', 'base64').toString(), 'disk=ssd=fast\nzone=b\n');
  });

  it('sends a single newline for none: a parameter is never empty', async () => {
    assert.equal((await applied({}, {})).parameters?.['labels'], 'Cg==');
  });

  it('takes those of the last good version where they are meant, and never others than meant', async () => {
    const { parameters } = await applied({ a: '1' }, { a: '2' });
    assert.equal(Buffer.from(parameters?.['labels'] ?? '', 'base64').toString(), 'a=1\n');
    const { outcome, parameters: none } = await applied({ a: '1' }, { a: '2' }, { a: '3' });
    assert.equal(!outcome.ok && outcome.code, 'NoSuchSettings');
    assert.equal(none, undefined);
  });
});
