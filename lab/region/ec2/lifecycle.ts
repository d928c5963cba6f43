import { arn } from './action.ts';
import { takeRoom } from './capacity.ts';
import { interfaceOf } from './instance-rendering.ts';
import { dropInterface } from './interfaces.ts';
import { queueWork } from './machine-work.ts';
import type { Instance, InstanceState } from './model.ts';
import { attachedTo, letGo, putBack, takeOut } from './volume-attachment.ts';
import { dropVolume } from './volumes.ts';
import { type Ec2World, pause } from './world.ts';

/*
 * pending → running → stopping → stopped → pending …
 *                   → shutting-down → terminated
 *
 * The state in the books changes when EC2 says so; what is done to the machine waits in its queue. Every change is an
 * event. An interface and a volume are held until the machine is gone (`terminated`), not from the order on: that is
 * what fences a replacement off.
 */

export type StateReason = Instance['stateReason'];

const CLIENT_SHUTDOWN: StateReason = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};
const HOST_FAILED: StateReason = {
  code: 'Server.InternalError',
  message: 'Server.InternalError: Internal error on launch or of the host',
};

export function changeState(world: Ec2World, instance: Instance, state: InstanceState): void {
  instance.state = state;
  world.context.emit({
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    resources: [arn(world, `instance/${instance.id}`)],
    detail: { 'instance-id': instance.id, state },
  });
}

/** Starts a new instance's machine. One that can't be started goes the way of all that fail: to `terminated`. */
export function boot(world: Ec2World, instance: Instance): void {
  const vpcCidr = world.vpcs.get(instance.vpcId)?.cidr ?? '';
  queueWork(world, instance.id, 'boot', async () => {
    await pause(world, world.settings.pendingMilliseconds);
    if (instance.state !== 'pending') return;
    const { id: instanceId, privateIp, mac: macAddress } = instance;
    try {
      await world.fleet.boot({ instanceId, privateIp, macAddress, vpcCidr });
    } catch (error) {
      instance.stateReason = HOST_FAILED;
      bury(world, instance);
      throw error;
    }
    instance.machine = 'on';
    if (stillPending(instance)) changeState(world, instance, 'running');
  });
}

/** A terminate order may have come while the machine booted. */
function stillPending(instance: Instance): boolean {
  return instance.state === 'pending';
}

export function terminate(world: Ec2World, instance: Instance, reason: StateReason = CLIENT_SHUTDOWN): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') return;
  instance.stateReason = reason;
  changeState(world, instance, 'shutting-down');
  queueWork(world, instance.id, 'terminate', async () => {
    await pause(world, world.settings.shutdownMilliseconds);
    await powerOff(world, instance, world.settings.terminateHow);
    if (instance.machine === 'off') {
      await world.fleet.release(instance.id);
      instance.machine = 'none';
    }
    bury(world, instance);
  });
}

/** Stops the machine, if it runs, and takes its volumes out. */
async function powerOff(world: Ec2World, instance: Instance, how: 'clean' | 'kill'): Promise<void> {
  if (instance.machine === 'on') {
    await world.fleet.stop(instance.id, how);
    machineDown(world, instance);
  }
  await takeOut(world, instance.id);
}

function machineDown(world: Ec2World, instance: Instance): void {
  instance.machine = 'off';
  world.onMachineDown(instance.id);
}

/** What the instance held is free, or goes with it. */
function bury(world: Ec2World, instance: Instance): void {
  const eni = interfaceOf(world, instance);
  if (eni !== undefined) {
    const goes = eni.attachment?.deleteOnTermination;
    eni.attachment = undefined;
    eni.publicIp = undefined;
    if (goes) dropInterface(world, eni);
  }
  for (const volume of attachedTo(world, instance.id)) {
    if (volume.attachment?.deleteOnTermination) dropVolume(world, volume);
    else letGo(world, volume);
  }
  takeRoom(world, instance.zone, -1);
  instance.terminatedAt = world.context.clock.now();
  changeState(world, instance, 'terminated');
}

export function stop(world: Ec2World, instance: Instance, how: 'clean' | 'kill' = world.settings.stopHow): void {
  if (instance.state !== 'running') return;
  instance.stateReason = CLIENT_SHUTDOWN;
  changeState(world, instance, 'stopping');
  queueWork(world, instance.id, 'stop', async () => {
    await pause(world, world.settings.shutdownMilliseconds);
    await powerOff(world, instance, how);
    const eni = interfaceOf(world, instance);
    if (eni !== undefined) eni.publicIp = undefined;
    if (instance.state === 'stopping') changeState(world, instance, 'stopped');
  });
}

export function start(world: Ec2World, instance: Instance): void {
  if (instance.state !== 'stopped') return;
  instance.stateReason = undefined;
  changeState(world, instance, 'pending');
  queueWork(world, instance.id, 'start', async () => {
    await pause(world, world.settings.pendingMilliseconds);
    if (!stillPending(instance)) return;
    await world.fleet.start(instance.id);
    instance.machine = 'on';
    await putBack(world, instance.id);
    if (stillPending(instance)) changeState(world, instance, 'running');
  });
}

export function reboot(world: Ec2World, instance: Instance): void {
  queueWork(world, instance.id, 'reboot', async () => {
    if (instance.machine === 'on') await world.fleet.reboot(instance.id);
  });
}

/**
 * The machine dies at once, as when its host fails: EC2 notices later, and then does as with a termination.
 * Resolves when the machine is dead.
 */
export async function powerCut(world: Ec2World, instance: Instance): Promise<void> {
  if (instance.machine === 'on') {
    await world.fleet.stop(instance.id, 'kill');
    machineDown(world, instance);
  }
  world.background.run(`notice the power cut of ${instance.id}`, notice(world, instance));
}

async function notice(world: Ec2World, instance: Instance): Promise<void> {
  await pause(world, world.settings.powerCutNoticeMilliseconds);
  terminate(world, instance, HOST_FAILED);
}
