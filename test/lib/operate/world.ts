import type { Operator } from '../../../lib/operate/operator.ts';
import type { CommittedSpec, GroupSpec } from '../../../lib/spec/spec.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import type { Store } from '../../../lib/store/store.ts';
import { planInput, type TestCluster, wholeCluster } from '../../support/cluster.ts';
import { awsError, fakeEc2, fakeLambda, fakeSsm } from '../../support/fake-aws.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

export type OperateWorld = Awaited<ReturnType<typeof createOperateWorld>>;

/** An operator over a cluster as the planner's tests break it, with a store that holds its records. */
export async function createOperateWorld(cluster: TestCluster = wholeCluster()) {
  cluster.committed = withParameters(cluster.committed);
  const clock = createVirtualClock(cluster.now);
  const store = createMemoryStore({ clock, cluster: 'demo' });
  await remember(store, cluster);
  const calls: string[] = [];
  const asked: string[][] = [];
  /** Thrown by the next call of that command. */
  const failures = new Map<string, Error>();
  const met = (command: string) => {
    calls.push(command);
    const failure = failures.get(command);
    if (failure !== undefined) throw failure;
  };
  const operator: Operator = {
    cluster: 'demo',
    by: 'ana@laptop',
    store,
    clock,
    aws: {
      ec2: fakeEc2((command) => {
        met(command);
        if (command !== 'DescribeImagesCommand') throw new Error(`unexpected: ${command}`);
        return {
          $metadata: {},
          Images: [{ ImageId: 'ami-0000000b', Architecture: 'arm64', RootDeviceName: '/dev/xvda' }],
        };
      }),
      ssm: fakeSsm((command) => {
        met(command);
        throw awsError('ParameterNotFound');
      }),
      lambda: fakeLambda((command) => {
        met(command);
        return { $metadata: {}, StatusCode: 202 };
      }),
    },
    reconcileFunction: 'reconcile',
    async observe() {
      return { ...planInput(cluster).observation, probes: undefined };
    },
    async probe(ids) {
      asked.push([...ids]);
      return new Map([...(cluster.probes ?? [])].filter(([id]) => ids.includes(id)));
    },
  };
  return {
    cluster,
    clock,
    store,
    operator,
    calls,
    asked,
    failures,
    /** How often the reconciler was woken by the counter. */
    async wakes(): Promise<number> {
      const acquisition = await store.acquire('test');
      if (!acquisition.acquired) throw new Error('the lease is taken');
      await store.release(acquisition.lease, acquisition.wanted);
      return acquisition.wanted;
    },
    async lastEvent(): Promise<string> {
      const [event] = await store.events(1);
      return event === undefined ? '' : `${event.kind} ${event.name} ${event.subject}: ${event.reason}`;
    },
  };
}

/** As `parseSpec` lets it pass: the fixture's own image id is none. It is in no hash. */
function withParameters(committed: CommittedSpec): CommittedSpec {
  const groups = Object.entries(committed.spec.groups).map(([name, group]): [string, GroupSpec] => {
    const source = { kind: 'parameter', name: '/images/base' } as const;
    return [name, { ...group, ami: { ...group.ami, source } }];
  });
  return { ...committed, spec: { ...committed.spec, groups: Object.fromEntries(groups) } };
}

async function remember(store: Store, { committed, records }: TestCluster): Promise<void> {
  const { version: _, ...first } = committed;
  await store.commit(0, first);
  const acquisition = await store.acquire('before');
  if (!acquisition.acquired) throw new Error('the lease is taken');
  const { lease, wanted } = acquisition;
  for (const launch of records.launches.values()) await store.putLaunch(lease, launch);
  for (const rollout of records.rollouts.values()) await store.putRollout(lease, rollout);
  if (records.genesis !== undefined) await store.putGenesis(lease, records.genesis);
  if (records.mode !== 'active') await store.setMode(lease, records.mode);
  await store.release(lease, wanted);
}
