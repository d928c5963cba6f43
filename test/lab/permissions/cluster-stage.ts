import assert from 'node:assert/strict';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { handleRequest } from '../../../lib/deployment/handle.ts';
import { TAG } from '../../../lib/names.ts';
import type { Observation } from '../../../lib/observe/observation.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { serializeSpec } from '../../../lib/spec/json.ts';
import type { ClusterSpec, Deployment } from '../../../lib/spec/spec.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import type { ClusterStatus } from '../../../lib/store/store.ts';
import { assembleReconciler, runController } from './controller.ts';
import type { DeployedWorld } from './deployed-world.ts';
import { deploymentOf } from './deployment-of.ts';
import type { Roles } from './roles.ts';
import { type Noted, watched } from './watched-store.ts';

/** Virtual milliseconds. A step that takes longer has failed. */
const PATIENCE = 3 * 60_000;
const FUNCTION_TIME = 2.5 * 60_000;

export type Stage = Awaited<ReturnType<typeof setStage>>;

/**
 * The product's own functions at work on a cluster whose resources are there, each on its role's credentials. The
 * reconciler is woken until it is stopped. After the first failure nothing is waited for any more.
 */
export async function setStage(world: DeployedWorld, roles: Roles, cluster: string) {
  const { clock, region, administrator } = world;
  const remembered = { reconcile: new Set<string>(), deployment: new Set<string>() };
  let failure: string | undefined;
  let status: ClusterStatus | undefined;
  const fail = (what: string): void => {
    failure ??= what;
  };
  const note = (noted: Noted): void => {
    status = noted.status ?? status;
    if (noted.complaint !== undefined) fail(`the event log says: ${noted.complaint}`);
  };

  const memory = createMemoryStore({ clock, cluster });
  const shared = { clock, cluster };
  const controller = {
    ...shared,
    store: watched(memory, remembered.reconcile, note),
    ...world.clientsOf({ kind: 'function', ...roles.reconcile }),
    observed({ agentsOnline }: Observation): void {
      // It goes on without, and asks machines whose agent is not there, which takes until it gives up.
      if (!agentsOnline.seen) fail(`whose agent is online can't be seen: ${agentsOnline.reason}`);
    },
  };
  const deployment = {
    ...shared,
    store: watched(memory, remembered.deployment, note),
    reconcileFunction: roles.reconcile.name,
    ...world.clientsOf({ kind: 'function', ...roles.deployment }),
  };
  const where = await deploymentOf(world, cluster);
  let over = false;
  const control = runController(
    controller,
    () => over,
    (error) => fail(`the reconciler threw ${String(error)}`),
  );

  /** Runs virtual time until the work is done. */
  async function during<T>(work: Promise<T>): Promise<T | undefined> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    await clock.run(() => ended || failure !== undefined, 2 * FUNCTION_TIME);
    return ended ? await work : undefined;
  }

  const running = (group: string) =>
    region.ec2.instances().filter(({ state, tags }) => state === 'running' && tags[TAG.group] === group);

  return {
    memory,
    remembered,
    during,
    running,
    fail,
    get failure() {
      return failure;
    },

    /** One request of CloudFormation, to its answer. @param more of the deployment @returns what was answered besides */
    async request(type: 'Create' | 'Update' | 'Delete', declared: ClusterSpec, more: Partial<Deployment> = {}) {
      const Deployment = { ...where, ...more };
      const outcome = await during(
        handleRequest({
          event: {
            RequestType: type,
            RequestId: type,
            ResponseURL: 'https://answers.example/',
            StackId: 'stack',
            LogicalResourceId: 'Deployment',
            ResourceProperties: { Cluster: cluster, Spec: serializeSpec(declared), Deployment },
          },
          remaining: FUNCTION_TIME,
          clock,
          put: async () => 200,
          makeTools: () => ({ ...deployment, owner: `deployment/${type}` }),
        }),
      );
      if (outcome?.status === 'FAILED') fail(`${type} was answered: ${outcome.reason}`);
      return outcome?.status === 'SUCCESS' ? outcome.data : undefined;
    },

    /** Until the controller says, of a later moment, that everything declared is there. */
    async untilWhole(what: string, declared: ClusterSpec, since = clock.now()): Promise<void> {
      const complete = () =>
        Object.entries(declared.groups).every(([name, { allocation }]) => {
          const number = allocation.kind === 'size' ? allocation.size : allocation.logicalIds.length;
          return running(name).length === number;
        });
      const holds = () => status?.whole === true && status.at > since && complete();
      const came = await clock.run(() => holds() || failure !== undefined, PATIENCE);
      if (!came) fail(`not within ${PATIENCE / 60_000} minutes: ${what}`);
    },

    async kill(group: string): Promise<void> {
      const InstanceIds = running(group)
        .slice(0, 1)
        .map((one) => one.instanceId);
      await administrator.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    },

    /** An action that no step calls for, carried out by the controller under its lease. */
    async act(action: Action): Promise<void> {
      const { committed, records } = await memory.memory();
      const acquired = await memory.acquire('reconcile/act');
      assert.ok(committed !== undefined && acquired.acquired, 'there is a spec, and the controller rests');
      const context = { committed, records, former: new Map(), lease: acquired.lease, isCurrent: () => true };
      const outcome = await during(assembleReconciler(controller, 'reconcile/act').perform(action, context));
      await memory.release(acquired.lease, acquired.wanted);
      if (outcome?.ok === false) fail(`${action.kind}: ${outcome.code}: ${outcome.message}`);
    },

    /** Nothing wakes the reconciler any more. */
    async rest(): Promise<void> {
      over = true;
      await during(control);
    },
  };
}
