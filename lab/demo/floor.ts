import { setTimeout as sleep } from 'node:timers/promises';
import { AttachVolumeCommand, DescribeNetworkInterfacesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { runInstancesInput } from '../../lib/act/launch-request.ts';
import { onlineAgents } from '../../lib/aws/online-agents.ts';
import { createCommandRunner } from '../../lib/aws/run-command.ts';
import { documentFacts } from '../../lib/flavors/document-facts.ts';
import type { DocumentKey } from '../../lib/names.ts';
import { STATE_DEVICE } from '../../lib/plan/pets.ts';
import type { LaunchRecord, LaunchRequest } from '../../lib/plan/records.ts';
import { systemClock } from '../../lib/system-clock.ts';
import { type Fault, type Victim, victimsOf } from './faults.ts';
import { untilWhole } from './heal.ts';
import { ClaimError, type Progress } from './progress.ts';
import type { Stage } from './stage.ts';

/** How often the script looks for the next step to be possible, and for how long at the most. */
const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

/**
 * The physical floor: the same loss with the controller switched off, and a script that does at once, without observing,
 * planning or any lease, what has to be done. What is left is what machines, EC2 and Raft take.
 * @returns seconds from the kill to whole
 */
export async function floorOf(stage: Stage, fault: Fault, progress: Progress): Promise<number> {
  await stage.switchControllerOff();
  await eventually('the controller to be idle', () => stage.controllerIsIdle());
  try {
    const [victims, { records }] = await Promise.all([victimsOf(stage, fault), stage.store.memory()]);
    const all = [...records.launches.values()];
    const began = performance.now();
    await Promise.all(
      victims.map(async (victim) => {
        const request = requestOf(victim, all);
        await stage.kill(victim.machine.id);
        await (fault === 'kill-worker'
          ? replaceWorker(stage, victim, request)
          : replaceManager(stage, victim, request));
      }),
    );
    await untilWhole(stage, 'the same again, made good by a script: whole again', progress);
    return (performance.now() - began) / 1000;
  } finally {
    await stage.switchControllerOn();
  }
}

/** What a machine was launched from; cattle of one zone share a request. */
export function requestOf({ machine }: Victim, records: readonly LaunchRecord[]): LaunchRequest {
  const record =
    records.find(({ instanceIds }) => instanceIds.includes(machine.id)) ??
    records.find(
      ({ slot, group }) => slot === `pet/${machine.address}` || (group === machine.group && group === 'workers'),
    );
  if (record === undefined) throw new Error(`no launch on record that ${machine.id} could have come from`);
  const count = 1;
  return { ...record.request, count, clientToken: `floor-${machine.id}` };
}

/** A new machine for a manager's address and disk, which a machine that is gone has left. */
export async function replaceManager(stage: Stage, victim: Victim, request: LaunchRequest): Promise<void> {
  if (request.placement.kind === 'interface') await untilFree(stage, request.placement.interfaceId);
  const instanceId = await launch(stage, request);
  for (const VolumeId of victim.machine.volumes) {
    await stage.clients.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device: STATE_DEVICE }));
  }
}

async function replaceWorker(stage: Stage, victim: Victim, request: LaunchRequest): Promise<void> {
  const [manager] = (await stage.engines.nodes())?.filter((node) => node.managerStatus === 'Leader') ?? [];
  const [launched, managers, fence] = await Promise.all([
    launch(stage, request),
    stage.machines.running('managers'),
    stage.fence(),
  ]);
  if (manager === undefined) throw new Error('no leader to remove the dead node at');
  await eventually(`the agent of ${launched}`, async () =>
    (await onlineAgents(stage.clients.ssm, [launched])).has(launched),
  );
  await Promise.all([
    command(stage, 'swarm-join', launched, {
      fence,
      role: 'worker',
      managers: managers.map(({ address }) => address).join(','),
    }),
    command(stage, 'node-remove', manager.hostname, { fence, node: victim.nodeId }),
  ]);
}

async function untilFree(stage: Stage, interfaceId: string): Promise<void> {
  await eventually(`${interfaceId} to be free`, async () => {
    const { NetworkInterfaces = [] } = await stage.clients.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [interfaceId] }),
    );
    return NetworkInterfaces[0]?.Status === 'available';
  });
}

/** @throws ClaimError */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > PATIENCE_MS) throw new ClaimError(what, `not within ${PATIENCE_MS / 1000} s`);
    await sleep(LOOK_MS);
  }
}

/** Launches one machine and waits until it runs. */
async function launch(stage: Stage, request: LaunchRequest): Promise<string> {
  const { Instances = [] } = await stage.clients.ec2.send(new RunInstancesCommand(runInstancesInput(request)));
  const id = Instances[0]?.InstanceId;
  if (id === undefined) throw new Error('RunInstances answered without an instance');
  await eventually(`${id} to run`, async () =>
    (await stage.machines.all()).some((machine) => machine.id === id && machine.state === 'running'),
  );
  return id;
}

async function command(
  stage: Stage,
  document: DocumentKey,
  instanceId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const runner = createCommandRunner({ ssm: stage.clients.ssm, clock: systemClock, cluster: stage.deployed.cluster });
  const { deliverySeconds } = documentFacts(document);
  const outcomes = await runner.run({
    document,
    instanceIds: [instanceId],
    parameters: { instances: instanceId, ...parameters },
    deliverySeconds,
    waitSeconds: 60,
  });
  const outcome = outcomes.get(instanceId);
  if (outcome?.kind === 'finished' && outcome.exitCode === 0) return;
  throw new Error(`${document} on ${instanceId}: ${JSON.stringify(outcome)}`);
}
