import type { LogEntry } from './swarm/log.ts';

/** What a file system can be found to be, when it is broken. */
export type Damage =
  /** Garbage in the Raft log, empty certificate or key: the engine runs and says `error`. */
  | 'raft-garbage'
  | 'certificate'
  /** Raft directory deleted but certificates kept, empty `state.json`: the engine dies every few seconds. */
  | 'raft-deleted'
  /** Torn tail of the Raft log: repaired by 20.10, `error` on 26.1.5. */
  | 'torn-tail';

/** `/var/lib/docker` of one machine: on a volume, or on the root disk. */
export interface Disk {
  format: 'blank' | 'ext4';
  sizeGiB: number;
  /** `/var/lib/docker/swarm`; absent: the engine is in no swarm. */
  swarm: SwarmDisk | undefined;
  damage: Damage | undefined;
}

export interface SwarmDisk {
  readonly nodeId: string;
  readonly clusterId: string;
  /** The address that was advertised at the join: part of the identity. */
  readonly address: string;
  certificateEnds: number;
  /** The key that was in force when the engine last wrote: asked for at each start. */
  lockKey: string | undefined;
  /** `JoinInProgress`: on the disk for some seconds after a join, for ever if the machine dies within them. */
  joining: { readonly target: string; readonly until: number } | undefined;
  /** Absent: a worker. */
  raft: RaftDisk | undefined;
}

export interface RaftDisk {
  readonly raftId: string;
  /** Grows with each vote given. */
  term: number;
  /** Newest entry. Entries never change and know their predecessor, so a copy of a disk is a copy of this pointer. */
  head: LogEntry;
  /** When its files were last written, milliseconds since the epoch. */
  changedAt: number;
}

export function blankDisk(sizeGiB: number): Disk {
  return { format: 'blank', sizeGiB, swarm: undefined, damage: undefined };
}

/** A machine's root disk: formatted by the image. */
export function rootDisk(sizeGiB = 8): Disk {
  return { ...blankDisk(sizeGiB), format: 'ext4' };
}

/** A crash-consistent copy, as a snapshot makes it. */
export function copyDisk(disk: Disk): Disk {
  const { swarm } = disk;
  return { ...disk, swarm: swarm && { ...swarm, raft: swarm.raft && { ...swarm.raft } } };
}
