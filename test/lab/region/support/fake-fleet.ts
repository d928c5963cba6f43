import type { Fleet, MachineOrder } from '../../../../lab/machines/fleet.ts';
import type { Host } from '../../../../lab/machines/host.ts';

/** A fleet that only keeps the books, strictly: what a real one could not do is an error. */
export class FakeFleet implements Fleet {
  readonly kind = 'simulated';
  readonly machines = new Map<string, { order: MachineOrder; on: boolean; volumes: Set<string> }>();
  readonly volumes = new Set<string>();
  /** Every call, e.g. `boot i-…`. */
  readonly log: string[] = [];
  /** The next boots fail with this. */
  bootError: Error | undefined;
  /** Boots wait for this. */
  gate: Promise<void> = Promise.resolve();
  host: Host | undefined;

  plug(host: Host): void {
    this.host = host;
  }

  async prepare(): Promise<void> {}

  async boot(order: MachineOrder): Promise<void> {
    await this.gate;
    this.log.push(`boot ${order.instanceId}`);
    if (this.bootError !== undefined) throw this.bootError;
    if (this.machines.has(order.instanceId)) throw new Error(`${order.instanceId} is there already`);
    for (const { order: other, on } of this.machines.values()) {
      if (on && other.privateIp === order.privateIp)
        throw new Error(`${order.privateIp} is taken by ${other.instanceId}`);
    }
    this.machines.set(order.instanceId, { order, on: true, volumes: new Set() });
  }

  async start(instanceId: string): Promise<void> {
    this.log.push(`start ${instanceId}`);
    const machine = this.#find(instanceId);
    if (machine.on) throw new Error(`${instanceId} runs`);
    machine.on = true;
  }

  async stop(instanceId: string, how: 'clean' | 'kill'): Promise<void> {
    this.log.push(`stop ${instanceId} ${how}`);
    this.#find(instanceId).on = false;
  }

  async reboot(instanceId: string): Promise<void> {
    this.log.push(`reboot ${instanceId}`);
    this.#find(instanceId);
  }

  async release(instanceId: string): Promise<void> {
    this.log.push(`release ${instanceId}`);
    const machine = this.#find(instanceId);
    if (machine.on || machine.volumes.size > 0) throw new Error(`${instanceId} runs, or holds volumes`);
    this.machines.delete(instanceId);
  }

  async createVolume(volumeId: string): Promise<void> {
    this.volumes.add(volumeId);
  }

  async deleteVolume(volumeId: string): Promise<void> {
    if (!this.volumes.delete(volumeId)) throw new Error(`there is no ${volumeId}`);
  }

  async attach(instanceId: string, volumeId: string): Promise<void> {
    this.log.push(`attach ${instanceId} ${volumeId}`);
    const machine = this.#find(instanceId);
    if (!machine.on || !this.volumes.has(volumeId)) throw new Error(`${volumeId} can't be put into ${instanceId}`);
    for (const { order, volumes } of this.machines.values()) {
      if (volumes.has(volumeId)) throw new Error(`${volumeId} is in ${order.instanceId}`);
    }
    machine.volumes.add(volumeId);
  }

  async detach(instanceId: string, volumeId: string): Promise<void> {
    this.log.push(`detach ${instanceId} ${volumeId}`);
    if (!this.#find(instanceId).volumes.delete(volumeId)) throw new Error(`${volumeId} is not in ${instanceId}`);
  }

  async exec(): Promise<{ code: number; stdout: string; stderr: string }> {
    return { code: 0, stdout: '', stderr: '' };
  }

  async destroy(): Promise<void> {
    this.machines.clear();
  }

  #find(instanceId: string) {
    const machine = this.machines.get(instanceId);
    if (machine === undefined) throw new Error(`there is no machine ${instanceId}`);
    return machine;
  }
}
