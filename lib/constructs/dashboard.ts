import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC, type MetricName } from '../metrics.ts';
import { swarmMetric } from './swarm-metrics.ts';

export interface SwarmDashboardProps {
  readonly cluster: string;
  /** ARN of the function that draws the cluster. */
  readonly widgetFunctionArn: string;
}

/** In units of the dashboard's grid, which is 24 wide. */
const WIDTH = 24;
const MAP_HEIGHT = 16;
const GRAPH = { width: 6, height: 6 };

/** The cluster on one page: its map with the buttons, and how it has been. */
export class SwarmDashboard extends Construct {
  /** Of an account there is one dashboard by a name, whatever the Region: so the Region is in it. */
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: SwarmDashboardProps) {
    super(scope, id);
    const { cluster, widgetFunctionArn } = props;
    this.dashboardName = `everswarm-${cluster}-${Stack.of(this).region}`;
    new cloudwatch.Dashboard(this, 'Resource', {
      dashboardName: this.dashboardName,
      widgets: [
        [
          new cloudwatch.CustomWidget({
            functionArn: widgetFunctionArn,
            title: `Swarm ${cluster}`,
            width: WIDTH,
            height: MAP_HEIGHT,
            // It shows what is now: neither another time nor another size makes it another one.
            updateOnRefresh: true,
            updateOnResize: false,
            updateOnTimeRangeChange: false,
          }),
        ],
        graphs(cluster),
      ],
    });
  }
}

function graphs(cluster: string): cloudwatch.GraphWidget[] {
  const line = (name: MetricName, label: string, statistic: string): cloudwatch.Metric =>
    swarmMetric(cluster, name, statistic, { label });
  const graph = (
    title: string,
    left: cloudwatch.Metric[],
    label: string,
    more: Partial<cloudwatch.GraphWidgetProps> = {},
  ): cloudwatch.GraphWidget =>
    new cloudwatch.GraphWidget({ ...GRAPH, title, left, leftYAxis: { label, showUnits: false, min: 0 }, ...more });
  const { MINIMUM, MAXIMUM, SUM, AVERAGE } = cloudwatch.Stats;
  return [
    graph(
      'Healthy managers',
      [line(METRIC.healthyManagers, 'healthy', MINIMUM), line(METRIC.declaredManagers, 'declared', MAXIMUM)],
      'managers',
    ),
    graph('Quorum margin', [line(METRIC.quorumMargin, 'may still fail', MINIMUM)], 'managers', {
      leftYAxis: { label: 'managers', showUnits: false },
      leftAnnotations: [{ value: 0, label: 'the next loss ends it', color: cloudwatch.Color.RED }],
    }),
    graph(
      'Healthy workers',
      [line(METRIC.healthyWorkers, 'healthy', MINIMUM), line(METRIC.declaredWorkers, 'declared', MAXIMUM)],
      'machines',
    ),
    graph('Time to whole', [line(METRIC.secondsToWhole, 'longest', MAXIMUM)], 'seconds'),
    graph('Actions', [line(METRIC.actions, 'begun', SUM), line(METRIC.failedActions, 'failed', SUM)], 'actions'),
    graph(
      'Failed launches',
      [line(METRIC.failedLaunches, 'failed', SUM), line(METRIC.parkedSlots, 'given up for hours', MAXIMUM)],
      'launches',
    ),
    graph(
      'Duration of a pass',
      [line(METRIC.passSeconds, 'longest', MAXIMUM), line(METRIC.passSeconds, 'mean', AVERAGE)],
      'seconds',
    ),
    graph('Throttles', [line(METRIC.throttles, 'calls refused as too many', SUM)], 'calls'),
  ];
}
