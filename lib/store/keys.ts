import type { EventRecord } from './store.ts';

/**
 * Keys of the one table (`pk`, `sk`, both text). All items of a cluster share a partition, so that one query reads its
 * state; what is read together has a common prefix, and numbers in keys are padded so that text order is their order.
 *
 * | sk                                 | holds                                                             |
 * | ---------------------------------- | ----------------------------------------------------------------- |
 * | `LEASE`                            | owner, fence, leaseUntil, wanted, done                            |
 * | `STATE#SPEC`                       | the spec in force                                                 |
 * | `STATE#GENESIS`, `STATE#MODE`      | the one initialisation; active or removing                        |
 * | `STATE#LAUNCH#<slot>`              | the launch record of a slot                                       |
 * | `STATE#SUSPICION#<instance>`       | what looked broken                                                |
 * | `STATE#ROLLOUT#<group>`            | good, halt, resumedAt; how many decisions of people are in it     |
 * | `STATE#RECOVERY`                   | an operator's command to make a new Swarm from one survivor       |
 * | `STATE#ROTATION`                   | when the join tokens were last replaced                           |
 * | `STATE#PAUSE`                      | an operator's decision that the controller observes only          |
 * | `STATE#ORDER#<instance>`           | what an operator ordered of one machine                           |
 * | `SPEC#<version>`                   | every version there was                                           |
 * | `STATUS`                           | how the last pass found the cluster                               |
 * | `EVENT#<time>#<fence>#<n>#<id>`    | the event log; `expiresAt` (seconds) is the table's TTL attribute |
 */
export const SK = {
  lease: 'LEASE',
  head: 'STATE#SPEC',
  genesis: 'STATE#GENESIS',
  mode: 'STATE#MODE',
  recovery: 'STATE#RECOVERY',
  rotation: 'STATE#ROTATION',
  pause: 'STATE#PAUSE',
  status: 'STATUS',
} as const;

export const PREFIX = {
  state: 'STATE#',
  launch: 'STATE#LAUNCH#',
  suspicion: 'STATE#SUSPICION#',
  rollout: 'STATE#ROLLOUT#',
  order: 'STATE#ORDER#',
  version: 'SPEC#',
  event: 'EVENT#',
} as const;

/** The table's TTL attribute: seconds since the epoch. */
export const EXPIRES_AT = 'expiresAt';

/** How long events are kept, in seconds. */
export const EVENT_LIFETIME = 30 * 24 * 60 * 60;

export function clusterKey(cluster: string): string {
  return `CLUSTER#${cluster}`;
}

export function launchKey(slot: string): string {
  return `${PREFIX.launch}${slot}`;
}

export function suspicionKey(instanceId: string): string {
  return `${PREFIX.suspicion}${instanceId}`;
}

export function rolloutKey(group: string): string {
  return `${PREFIX.rollout}${group}`;
}

export function orderKey(instanceId: string): string {
  return `${PREFIX.order}${instanceId}`;
}

export function versionKey(version: number): string {
  return `${PREFIX.version}${padded(version, 9)}`;
}

/** @param serial grows within one writer: events of one millisecond keep their order. @param id makes two writers' differ */
export function eventKey(event: EventRecord, serial: number, id: string): string {
  return `${eventsFrom(event.at)}#${padded(event.fence ?? 0, 12)}#${padded(serial, 9)}#${id}`;
}

/** The least key of all events at or after a time, in milliseconds since the epoch. */
export function eventsFrom(at: number): string {
  return `${PREFIX.event}${padded(Math.max(0, Math.floor(at)), 15)}`;
}

/** Greater than every event's key: `~` comes after all digits. */
export const AFTER_ALL_EVENTS = `${PREFIX.event}~`;

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
