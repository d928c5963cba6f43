import type { Host } from './host.ts';

/**
 * The machines behind the lab's EC2: real ones (namespaces, systemd, Docker Engine) or simulated ones.
 * The region model calls this; what a machine itself wants (metadata, SSM agent, AWS API) it asks the region for.
 */
export interface Fleet {
  readonly kind: 'real' | 'simulated';
  /** Once, before anything else: gives the machines their way to the region. */
  plug(host: Host): void;
  /** Once, before the first machine: image, network. Says what it waits for through `progress`. */
  prepare(progress: (line: string) => void): Promise<void>;
  /** Starts a machine; resolves when its init runs (EC2's `running`). @throws Error when it can't be started */
  boot(order: MachineOrder): Promise<void>;
  /** Starts a stopped machine again, with its root disk as it was and the same order. */
  start(instanceId: string): Promise<void>;
  /** `kill`: power cut. `clean`: systemd shuts down, bounded. Resolves when nothing runs any more; the root disk stays. */
  stop(instanceId: string, how: 'clean' | 'kill'): Promise<void>;
  reboot(instanceId: string): Promise<void>;
  /** Removes a stopped machine and its root disk. */
  release(instanceId: string): Promise<void>;
  createVolume(volumeId: string, sizeGiB: number): Promise<void>;
  deleteVolume(volumeId: string): Promise<void>;
  /** Makes the volume visible in a running machine. */
  attach(instanceId: string, volumeId: string): Promise<void>;
  /** Takes the volume away from a machine, running or not. */
  detach(instanceId: string, volumeId: string): Promise<void>;
  /** Runs a command in the machine, outside of SSM: for the lab's own shell and checks. */
  exec(instanceId: string, command: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Takes everything away: machines, volumes, network. */
  destroy(): Promise<void>;
}

export interface MachineOrder {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly macAddress: string;
  /** The VPC's CIDR: everything in it is on one wire. */
  readonly vpcCidr: string;
}
