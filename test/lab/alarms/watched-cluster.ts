import assert from 'node:assert/strict';
import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { SimulatedFleetOptions } from '../../../lab/machines/simulated/fleet.ts';
import type { AlarmState } from '../../../lab/region/cloudwatch/evaluation.ts';
import { ServiceError } from '../../../lab/region/protocol/service-error.ts';
import { isRefusal } from '../../../lib/deployment/errors.ts';
import { handleRequest } from '../../../lib/deployment/handle.ts';
import { METRIC } from '../../../lib/metrics.ts';
import { ALARMS, type AlarmKey, alarmName, TAG } from '../../../lib/names.ts';
import { reconcile } from '../../../lib/reconcile/reconcile.ts';
import { serializeSpec } from '../../../lib/spec/json.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import { measurePass } from '../../../lib/telemetry/measure-pass.ts';
import { declared, templateOf } from '../../lib/constructs/synth.ts';
import { assembleReconciler } from '../permissions/controller.ts';
import { createDeployedWorld } from '../permissions/deployed-world.ts';
import { deploymentOf } from '../permissions/deployment-of.ts';
import { rolesOf } from '../permissions/roles.ts';
import { emitted } from './emitted.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TIME_LIMIT = 5 * MINUTE;

export type WatchedCluster = Awaited<ReturnType<typeof createWatchedCluster>>;

/**
 * A deployed cluster in virtual time: the alarms of its own template, judged on what its own functions measure, which run
 * as the schedule has them.
 */
export async function createWatchedCluster(options: Pick<SimulatedFleetOptions, 'figures'> = {}) {
  const spec = declared();
  const { cluster } = spec;
  const world = await createDeployedWorld({ ...options, alarms: true });
  const { clock, region, administrator, cloudwatch, topics, queues } = world;
  const stack = await world.provision(templateOf({ spec }).toJSON(), 'Everswarm-demo');
  const roles = rolesOf(stack);
  const store = createMemoryStore({ clock, cluster });
  const measure = emitted(cluster, clock, (line) => world.logs.write('/aws/lambda/functions', 'one', line));
  const clientsOf = (kind: 'reconcile' | 'deployment') => world.clientsOf({ kind: 'function', ...roles[kind] });
  /** Lambda gives each new process new credentials; the lab's last for a day. */
  let lambda = { since: clock.monotonic(), clients: clientsOf('reconcile') };
  const where = await deploymentOf(world, cluster);
  let scheduled = true;
  let runs = 0;

  async function invoke(): Promise<void> {
    runs += 1;
    const began = clock.monotonic();
    if (began - lambda.since > HOUR) lambda = { since: began, clients: clientsOf('reconcile') };
    const deps = assembleReconciler({ clock, cluster, store, ...lambda.clients }, `reconcile/${runs}`);
    let errors = 0;
    try {
      await reconcile(
        {
          ...deps,
          onPass: (report) => measure(measurePass(report, 0)),
          onFailedPass: () => measure([{ metric: METRIC.failedPasses, value: 1 }]),
        },
        () => TIME_LIMIT + began - clock.monotonic(),
      );
    } catch {
      errors = 1;
    }
    // As Lambda counts it.
    const dimensions = { FunctionName: roles.reconcile.name };
    cloudwatch.metrics.put({ namespace: 'AWS/Lambda', name: 'Errors', dimensions }, errors);
  }

  async function schedule(): Promise<void> {
    for (;;) {
      // Not at the full minute, at which alarms are judged.
      await clock.sleep(MINUTE - (clock.now() % MINUTE) + 10_000);
      if (scheduled) await invoke();
    }
  }

  /** Runs virtual time until the work is done. */
  async function during<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    assert.ok(await clock.run(() => ended, 30 * MINUTE), 'it has an end within half an hour');
    return work;
  }

  /** One request of CloudFormation, served as the deployed function does. */
  async function request(type: 'Create' | 'Update', text: string): Promise<'SUCCESS' | 'FAILED'> {
    const { status, ...outcome } = await handleRequest({
      event: {
        RequestType: type,
        RequestId: 'request',
        ResponseURL: 'https://answers.example/',
        StackId: 'stack',
        LogicalResourceId: 'Deployment',
        ResourceProperties: { Cluster: cluster, Spec: text, Deployment: where },
      },
      remaining: 10 * MINUTE,
      clock,
      put: async () => 200,
      makeTools: () => ({
        clock,
        cluster,
        store,
        ...clientsOf('deployment'),
        reconcileFunction: roles.reconcile.name,
        owner: 'deployment/1',
      }),
    });
    if ('code' in outcome && isRefusal(outcome.code)) measure([{ metric: METRIC.refusedSpecs, value: 1 }]);
    return status;
  }

  const running = async (group: string): Promise<readonly string[]> => {
    const Filters = [
      { Name: `tag:${TAG.group}`, Values: [group] },
      { Name: 'instance-state-name', Values: ['running'] },
    ];
    const { Reservations = [] } = await administrator.ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
  };

  const stateOf = (key: AlarmKey): AlarmState | undefined => cloudwatch.alarms.find(alarmName(cluster, key))?.state;

  const watched = {
    clock,
    spec,
    store,
    /** Those that are in the state ALARM. */
    alarming: (): readonly AlarmKey[] => ALARMS.filter((key) => stateOf(key) === 'ALARM'),
    minutes: (count: number) => clock.advance(count * MINUTE),
    /** Runs until the alarm goes off. @returns after how many minutes */
    async goesOff(key: AlarmKey, within: number): Promise<number> {
      const began = clock.now();
      const off = await clock.run(() => stateOf(key) === 'ALARM', within * MINUTE);
      assert.ok(off, `${key} did not go off within ${within} minutes; on: ${watched.alarming().join(', ') || 'none'}`);
      return (clock.now() - began) / MINUTE;
    },
    async ends(key: AlarmKey, within: number): Promise<void> {
      const over = await clock.run(() => stateOf(key) === 'OK', within * MINUTE);
      assert.ok(over, `${key} did not end within ${within} minutes`);
    },
    /** Deploys the stack again. @returns what CloudFormation was answered */
    declare: (declaration: ClusterSpec | string) =>
      during(request('Update', typeof declaration === 'string' ? declaration : serializeSpec(declaration))),
    /** Its power is cut: EC2 calls them terminated. */
    async kill(group: string, count: number): Promise<void> {
      const InstanceIds = (await running(group)).slice(0, count);
      assert.equal(InstanceIds.length, count);
      await administrator.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    },
    /** The functions' calls of that name are refused. Returns the way to mend it. */
    refuse: (action: string, code: string) =>
      region.intercept((call) =>
        call.action === action && call.principal?.kind === 'function' ? new ServiceError(code, 'not today') : undefined,
      ),
    schedule: (on: boolean): void => {
      scheduled = on;
    },
    /** What Lambda does with an event that failed for good. */
    failForGood: (): void => {
      const [queue] = queues.list();
      assert.ok(queue !== undefined);
      queues.send(queue.arn, '{}');
    },
    /** What was told to the topic, e.g. `ALARM quorum-lost`. */
    told: (): readonly string[] =>
      topics.list().flatMap(({ published }) =>
        published.map(({ message }) => {
          const { AlarmName, NewStateValue }: Readonly<Record<string, string>> = JSON.parse(message);
          return `${NewStateValue} ${AlarmName?.slice(alarmName(cluster, '*').length - 1)}`;
        }),
      ),
    /** Actions of alarms that failed. */
    untold: (): readonly string[] =>
      cloudwatch.alarms.history.filter(({ summary }) => summary.startsWith('Failed')).map(({ summary }) => summary),
  };

  schedule().catch((error: unknown) => {
    throw error;
  });
  assert.equal(await during(request('Create', serializeSpec(spec))), 'SUCCESS');
  // In the stack the alarms come after the Swarm; here they have seen its first minutes.
  assert.ok(await clock.run(() => watched.alarming().length === 0, 10 * MINUTE));
  for (const { published } of topics.list()) published.length = 0;
  return watched;
}
