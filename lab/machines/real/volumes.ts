import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { closeLoops, type LoopDevice, openLoop } from './loops.ts';
import { volumeFile, volumeSerial } from './names.ts';

/** A volume as a machine sees it. */
export interface AttachedDevice {
  /** Name below `/dev`, as on a Nitro instance. */
  readonly name: string;
  readonly serial: string;
  readonly loop: LoopDevice;
}

/** The volume is not in the state that the call needs. */
export class VolumeStateError extends Error {
  readonly code = 'VolumeState';
  constructor(volumeId: string, found: string, allowed: string) {
    super(`volume ${volumeId} is ${found}; needed: ${allowed}`);
    this.name = 'VolumeStateError';
  }
}

interface Attachment {
  readonly instanceId: string;
  readonly device: AttachedDevice;
}

const GIB = 1024 ** 3;

/** EBS volumes of the lab: sparse files, each on a loop device as long as it is attached. */
export class Volumes {
  readonly #stateDirectory: string;
  readonly #attachments = new Map<string, Attachment>();

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  /** Blank: without a file system, as EBS delivers it. */
  async create(volumeId: string, sizeGiB: number): Promise<void> {
    const file = this.#file(volumeId);
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.truncate(sizeGiB * GIB);
    } finally {
      await handle.close();
    }
  }

  /** @throws VolumeStateError when it is attached */
  async delete(volumeId: string): Promise<void> {
    const attachment = this.#attachments.get(volumeId);
    if (attachment !== undefined)
      throw new VolumeStateError(
        volumeId,
        `attached to ${attachment.instanceId}`,
        'attached to nothing; detach it first',
      );
    await rm(this.#file(volumeId), { force: true });
  }

  /** @throws VolumeStateError when it is attached already or does not exist */
  async attach(instanceId: string, volumeId: string): Promise<AttachedDevice> {
    const attachment = this.#attachments.get(volumeId);
    if (attachment !== undefined)
      throw new VolumeStateError(
        volumeId,
        `attached to ${attachment.instanceId}`,
        'attached to nothing; detach it first',
      );
    await this.#mustExist(volumeId);
    // Left by an earlier attachment whose file system was still being taken down.
    await closeLoops(this.#file(volumeId));
    const device = {
      name: this.#freeName(instanceId),
      serial: volumeSerial(volumeId),
      loop: await openLoop(this.#file(volumeId)),
    };
    this.#attachments.set(volumeId, { instanceId, device });
    return device;
  }

  attachedTo(instanceId: string): AttachedDevice[] {
    return [...this.#attachments.values()].filter((one) => one.instanceId === instanceId).map((one) => one.device);
  }

  volumesOf(instanceId: string): string[] {
    return [...this.#attachments].filter(([, one]) => one.instanceId === instanceId).map(([volumeId]) => volumeId);
  }

  /** @throws VolumeStateError when it is attached to another machine */
  device(instanceId: string, volumeId: string): AttachedDevice | undefined {
    const attachment = this.#attachments.get(volumeId);
    if (attachment !== undefined && attachment.instanceId !== instanceId)
      throw new VolumeStateError(volumeId, `attached to ${attachment.instanceId}`, `attached to ${instanceId}`);
    return attachment?.device;
  }

  /** Frees the loop device. @throws HostTimeoutError when a live machine still has it mounted */
  async detach(volumeId: string): Promise<void> {
    await closeLoops(this.#file(volumeId));
    this.#attachments.delete(volumeId);
  }

  #file(volumeId: string): string {
    return volumeFile(this.#stateDirectory, volumeId);
  }

  async #mustExist(volumeId: string): Promise<void> {
    try {
      await stat(this.#file(volumeId));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        throw new VolumeStateError(volumeId, 'not there', 'a volume that was created and not deleted');
      throw error;
    }
  }

  /** `nvme0n1` is the root disk of a Nitro instance; volumes follow in order of attachment. */
  #freeName(instanceId: string): string {
    const taken = new Set(this.attachedTo(instanceId).map((device) => device.name));
    let index = 1;
    while (taken.has(`nvme${index}n1`)) index += 1;
    return `nvme${index}n1`;
  }
}
