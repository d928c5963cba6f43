import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { LAB_CREDENTIALS } from '../../lab/cli/credentials.ts';
import { exportedVariables } from '../../lab/cli/environment.ts';
import { type Clients, createClients, destroyClients } from '../../lab/cloudformation/clients.ts';
import { LAB_REGION, type Lab, startLab } from '../../lab/lab.ts';
import { ServiceError } from '../../lab/region/protocol/service-error.ts';
import { METRIC, METRIC_NAMESPACE } from '../../lib/metrics.ts';
import { ALARMS, alarmName } from '../../lib/names.ts';
import { run } from '../support/command.ts';
import { belongingTo } from '../support/tagged.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STACK = 'Everswarm-demo';

const PassLogged = z.object({
  fence: z.number(),
  whole: z.boolean(),
  correlation_id: z.string().min(1),
  seen: z.object({ voters: z.number().optional() }),
});

interface Ran {
  readonly code: number | null;
  readonly said: string;
  readonly seconds: number;
}

/** The whole story in one lab, in the order of the tests: each goes on where the one before has ended. */
describe('the genuine CDK command line', () => {
  let lab: Lab;
  let clients: Clients;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-cdk-cli-'));
    lab = await startLab({
      name: `cdk-${process.pid}`,
      fleet: 'simulated',
      stateDirectory: join(directory, 'state'),
      progress: () => {},
    });
    clients = createClients({ region: LAB_REGION.region, endpoint: lab.endpoint, credentials: LAB_CREDENTIALS });
  });
  after(async () => {
    destroyClients(clients);
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** With the endpoint and dummy credentials in the environment, and nothing else of AWS. */
  async function cdk(...args: readonly string[]): Promise<Ran> {
    const began = performance.now();
    const child = spawn(join(ROOT, 'node_modules/.bin/cdk'), args, {
      cwd: ROOT,
      env: {
        ...exportedVariables(lab.endpoint),
        // The app's own command is `node`.
        PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
        HOME: directory,
        CI: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, said: stripVTControlCharacters(said), seconds: (performance.now() - began) / 1000 };
  }

  /** This project's app, synthesised for a cluster that is declared as `edit` makes it of swarm.yaml. */
  async function synthesised(name: string, edit: (spec: string) => string = (spec) => spec): Promise<string> {
    const spec = join(directory, `${name}.yaml`);
    const output = join(directory, name);
    await writeFile(spec, edit(await readFile(join(ROOT, 'swarm.yaml'), 'utf8')));
    const { code, said } = await cdk('synth', '--quiet', '--output', output, '--context', `spec=${spec}`);
    assert.equal(code, 0, said);
    return output;
  }

  const deploy = (app: string): Promise<Ran> => cdk('deploy', '--require-approval', 'never', '--app', app);

  async function groupSizes(): Promise<Record<string, number>> {
    const { Reservations = [] } = await clients.ec2.send(new DescribeInstancesCommand({}));
    const running = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
      ({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down',
    );
    const groups = running.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'everswarm:group')?.Value ?? '?');
    return Object.fromEntries(
      [...new Set(groups)].toSorted().map((group) => [group, groups.filter((each) => each === group).length]),
    );
  }

  /** Names of what is there beside the bootstrap stack. */
  async function leftovers(): Promise<Record<string, readonly unknown[]>> {
    const { ec2 } = clients;
    const { TableNames = [] } = await clients.dynamodb.send(new ListTablesCommand({}));
    const { logGroups = [] } = await clients.logs.send(new DescribeLogGroupsCommand({}));
    const { Roles = [] } = await clients.iam.send(new ListRolesCommand({}));
    const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
    return {
      vpcs: (await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? [],
      volumes: (await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? [],
      interfaces: NetworkInterfaces,
      machines: Object.keys(await groupSizes()),
      functions: (await clients.lambda.send(new ListFunctionsCommand({}))).Functions ?? [],
      queues: (await clients.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [],
      rules: (await clients.events.send(new ListRulesCommand({}))).Rules ?? [],
      alarms: (await clients.cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [],
      topics: lab.services.sns.topics.list(),
      tables: TableNames,
      logs: logGroups.map(({ logGroupName }) => logGroupName),
      roles: Roles.map(({ RoleName }) => RoleName).filter((name) => name?.startsWith('cdk-hnb659fds-') !== true),
    };
  }

  const nothing = async (): Promise<Record<string, readonly unknown[]>> =>
    Object.fromEntries(Object.keys(await leftovers()).map((name) => [name, []]));

  let declared: string;

  test('bootstraps, and finds nothing to do the second time', async (t) => {
    const { code, said, seconds } = await cdk('bootstrap', `aws://${LAB_REGION.account}/${LAB_REGION.region}`);
    assert.equal(code, 0, said);
    assert.match(said, /Environment aws:\/\/123456789012\/us-east-1 bootstrapped\./);
    t.diagnostic(`bootstrap: ${seconds.toFixed(1)} s`);
    const again = await cdk('bootstrap', `aws://${LAB_REGION.account}/${LAB_REGION.region}`);
    assert.match(again.said, /bootstrapped \(no changes\)/);
  });

  test('rolls a first deployment back when something fails, and nothing is left of it', async () => {
    declared = await synthesised('declared');
    const restore = lab.region.intercept(({ service, action }) =>
      service === 'lambda' && action.startsWith('POST')
        ? new ServiceError('ServiceException', 'not today', 500)
        : undefined,
    );
    const { code, said } = await deploy(declared);
    restore();
    assert.equal(code, 1);
    assert.match(said, /CREATE_FAILED\s+\| AWS::Lambda::Function[^\n]*not today/);
    assert.match(said, /ROLLBACK_COMPLETE/);
    assert.deepEqual(await leftovers(), await nothing());
    assert.deepEqual(belongingTo(lab.region, 'demo'), []);
  });

  test('deploys a whole cluster', async (t) => {
    const { code, said, seconds } = await deploy(declared);
    assert.equal(code, 0, said);
    t.diagnostic(`first deploy: ${seconds.toFixed(1)} s (${/Deployment time: [\d.]+s/.exec(said)?.[0]})`);
    assert.match(said, new RegExp(`${STACK}\\.TableName = ${STACK}-`));
    assert.deepEqual(await groupSizes(), { managers: 3, workers: 2 });
    const own = belongingTo(lab.region, 'demo');
    assert.ok(own.length > 30, `only this is seen to be its own: ${own.join(', ')}`);
  });

  test('is measured by its own functions, told of in their logs, and no alarm', async () => {
    const { metrics, alarms } = lab.services.cloudwatch;
    const measured = metrics.list().filter(({ dimensions }) => dimensions['Cluster'] === 'demo');
    const names = new Set(measured.map(({ namespace, name }) => `${namespace} ${name}`));
    for (const name of [METRIC.passes, METRIC.quorumMargin, METRIC.whole, METRIC.healthyWorkers]) {
      assert.ok(names.has(`${METRIC_NAMESPACE} ${name}`), `${name} is not among ${[...names].join(', ')}`);
    }
    assert.deepEqual(
      alarms.list().map(({ definition: { name }, state }) => [name, state === 'ALARM']),
      ALARMS.map((key) => [alarmName('demo', key), false]).toSorted(),
    );
    const lines = lab.services.logs.store.list().flatMap((group) => group.lines.map(({ message }) => message));
    const passes = lines
      .filter((line) => line.includes('"message":"pass"'))
      .map((line) => PassLogged.parse(JSON.parse(line)));
    assert.ok(passes.some(({ whole, seen }) => whole && seen.voters === 3));
  });

  test('is seen whole by its operator, who is told nothing but the account and the Region', async (t) => {
    const from = lab.region.calls.entries.length;
    const env = { ...exportedVariables(lab.endpoint), PATH: process.env['PATH'], HOME: directory };
    const everswarm = (...words: string[]) =>
      run(process.execPath, [join(ROOT, 'bin/everswarm.ts'), ...words, '-o', 'json'], { cwd: directory, env });
    const { code, stdout, stderr } = await everswarm('status');
    assert.deepEqual([code, stderr], [0, '']);
    const seen = JSON.parse(stdout);
    assert.deepEqual([seen.cluster, seen.whole, seen.quorum.words], ['demo', true, '3 of 3 managers, one may fail']);
    const own = lab.region.calls.entries
      .slice(from)
      .filter(({ principal }) => principal === undefined || principal.kind === 'user');
    t.diagnostic(`status: ${own.length} calls, ${own.map(({ action }) => action).join(' ')}`);
    const doctor = await everswarm('doctor');
    const { findings } = JSON.parse(doctor.stdout);
    assert.deepEqual([doctor.code, findings], [0, []], doctor.stdout);
  });

  test('does nothing for the same app again', async (t) => {
    const changes = changingCalls(lab);
    const { code, said, seconds } = await deploy(declared);
    assert.equal(code, 0, said);
    assert.match(said, /Everswarm-demo \(no changes\)/);
    assert.deepEqual(changes(), []);
    t.diagnostic(`no-change deploy: ${seconds.toFixed(1)} s`);
    const compared = await cdk('diff', '--app', declared);
    assert.match(compared.said, /There were no differences/, compared.said);
  });

  test('shows what a change would do, does it, and does no more', async (t) => {
    const changed = await synthesised('changed', (spec) => spec.replace(/^( +size: )2$/m, '$13'));
    const compared = await cdk('diff', '--app', changed);
    assert.equal(compared.code, 0, compared.said);
    assert.match(compared.said, /create a read-only change set/);
    assert.doesNotMatch(compared.said, /Could not create a change set/);
    assert.doesNotMatch(compared.said, /^\[[+-]\] |^\[~\] .* (may be )?replaced?$/m);
    assert.match(compared.said, /\[~\] Custom::EverswarmDeployment/);
    const { code, said, seconds } = await deploy(changed);
    assert.equal(code, 0, said);
    t.diagnostic(`changed deploy: ${seconds.toFixed(1)} s`);
    assert.match(said, /UPDATE_COMPLETE\s+\| AWS::CloudFormation::Stack/);
    // An update puts the spec in force; the machine comes afterwards.
    for (let look = 0; look < 100 && (await groupSizes())['workers'] !== 3; look += 1) await sleep(200);
    assert.deepEqual(await groupSizes(), { managers: 3, workers: 3 });
  });

  test('brings a change back that can not be carried out, with the reason', async () => {
    let refusals = 1;
    const restore = lab.region.intercept(({ service, action }) => {
      if (service !== 'lambda' || !/^POST .*\/invocations$/.test(action) || refusals === 0) return undefined;
      refusals -= 1;
      return new ServiceError('AccessDeniedException', 'not today', 403);
    });
    const { code, said } = await deploy(declared);
    restore();
    assert.equal(code, 1);
    assert.match(said, /UPDATE_FAILED\s+\| Custom::EverswarmDeployment[^\n]*not today/);
    // The table of events has no room for more.
    assert.match(said, /UPDATE_ROLLBACK_COMPLET/);
    assert.deepEqual(await groupSizes(), { managers: 3, workers: 3 });
  });

  test('destroys the cluster, and nothing of it is left', async (t) => {
    const snapshots = () => [...lab.region.inside.ec2.snapshots].length;
    const before = snapshots();
    const { code, said, seconds } = await cdk('destroy', '--force', '--app', declared);
    assert.equal(code, 0, said);
    t.diagnostic(`destroy: ${seconds.toFixed(1)} s`);
    assert.match(said, /Everswarm-demo: destroyed/);
    assert.deepEqual(await leftovers(), await nothing());
    assert.deepEqual(belongingTo(lab.region, 'demo'), []);
    // By default there is a snapshot of each manager's disk.
    assert.equal(snapshots() - before, 3);
    assert.deepEqual(lab.services.faults, []);
  });
});

/** Calls of CloudFormation since, that begin something. */
function changingCalls(lab: Lab): () => readonly string[] {
  const from = lab.region.calls.entries.length;
  return () =>
    lab.region.calls.entries
      .slice(from)
      .filter(
        ({ service, action }) => service === 'cloudformation' && /^(Execute|Create|Update|DeleteStack)/.test(action),
      )
      .map(({ action }) => action);
}
