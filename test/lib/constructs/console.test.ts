import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC, METRIC_NAMESPACE } from '../../../lib/metrics.ts';
import { render, statementsOf } from './policy.ts';
import { templateOf } from './synth.ts';

const template = templateOf();
const actionsOf = (role: string) => statementsOf(template, role).flatMap(({ actions }) => actions);

interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: {
    readonly endpoint?: string;
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly updateOn?: Readonly<Record<string, boolean>>;
  };
}

function dashboard(): { readonly name: string; readonly widgets: readonly Widget[] } {
  const [properties] = Object.values(template.findResources('AWS::CloudWatch::Dashboard')).map(
    (one) => one['Properties'],
  );
  return {
    name: render(properties.DashboardName),
    widgets: JSON.parse(render(properties.DashboardBody)).widgets,
  };
}

test('who looks can change nothing: the function that draws reads, and asks machines by documents that only read', () => {
  const allowed = actionsOf('SwarmConsoleLookRole').filter((action) => !action.startsWith('logs:'));
  assert.deepEqual(
    allowed.filter((action) => !/^(ec2|ssm):(Describe|Get|List)|^dynamodb:(GetItem|Query)$/.test(action)),
    ['ssm:SendCommand', 'ssm:SendCommand'],
  );
  const [documents, machines] = statementsOf(template, 'SwarmConsoleLookRole').filter(({ actions }) =>
    actions.includes('ssm:SendCommand'),
  );
  assert.deepEqual(documents?.resources.map((arn) => arn.split('/').at(-1)).sort(), [
    'everswarm-demo-node-list',
    'everswarm-demo-probe',
  ]);
  assert.deepEqual(machines?.conditions, { StringEquals: { 'ssm:resourceTag/everswarm:cluster': 'demo' } });
});

test('the function for orders decides and wakes, and touches no machine itself', () => {
  const more = actionsOf('SwarmConsoleOrdersRole').filter(
    (action) => !actionsOf('SwarmConsoleLookRole').includes(action),
  );
  assert.deepEqual(more.sort(), ['dynamodb:BatchWriteItem', 'dynamodb:UpdateItem', 'lambda:InvokeFunction']);
  const wake = statementsOf(template, 'SwarmConsoleOrdersRole').find(({ sid }) => sid === 'Wake');
  assert.match(wake?.resources.join() ?? '', /^\$\{SwarmControllerReconcileFunction\w+\.Arn\}$/);
});

test('only dashboards and people invoke them: no service was let in, and both are told where orders go', () => {
  const permitted = Object.values(template.findResources('AWS::Lambda::Permission')).map((one) =>
    render(one['Properties'].FunctionName),
  );
  assert.ok(permitted.every((name) => !name.includes('Console')));
  const variables = Object.entries(template.findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('SwarmConsoleLook'))
    .map(([, one]) => render(one['Properties'].Environment.Variables.EVERSWARM_ORDERS_FUNCTION));
  assert.match(variables.join(), /^\$\{SwarmConsoleOrdersFunction\w+\.Arn\}$/);
});

test('the dashboard is of one Region and cluster, the map goes across it, and is drawn anew by refresh only', () => {
  const { name, widgets } = dashboard();
  assert.match(name, /^everswarm-demo-\$\{AWS::Region\}$/);
  const [map, ...graphs] = widgets;
  assert.deepEqual([map?.type, map?.width], ['custom', 24]);
  assert.match(map?.properties.endpoint ?? '', /^\$\{SwarmConsoleLookFunction\w+\.Arn\}$/);
  assert.deepEqual(map?.properties.updateOn, { refresh: true, resize: false, timeRange: false });
  assert.ok(graphs.every(({ type }) => type === 'metric'));
});

test('every graph reads a metric that is sent, of this cluster; and those that matter most are there', () => {
  const names: ReadonlySet<unknown> = new Set(Object.values(METRIC));
  const read = dashboard().widgets.flatMap(({ properties }) => properties.metrics ?? []);
  for (const [namespace, metric, dimension, value] of read) {
    assert.deepEqual([namespace, dimension, value], [METRIC_NAMESPACE, 'Cluster', 'demo']);
    assert.ok(names.has(metric), String(metric));
  }
  const shown = new Set(read.map(([, metric]) => metric));
  const { healthyManagers, declaredManagers, quorumMargin, secondsToWhole, actions, passSeconds, throttles } = METRIC;
  const most = [healthyManagers, declaredManagers, quorumMargin, secondsToWhole, actions, passSeconds, throttles];
  for (const metric of [...most, METRIC.failedLaunches]) assert.ok(shown.has(metric), metric);
});

test('its address is an output', () => {
  const [address] = Object.values(template.findOutputs('Console'));
  const url = render(address?.['Value']);
  assert.match(url, /^https:\/\/.*console\.aws\.amazon\.com\/cloudwatch\/.*everswarm-demo-\$\{AWS::Region\}$/);
});
