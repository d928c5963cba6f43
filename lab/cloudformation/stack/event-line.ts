import type { StackEvent } from './stack.ts';

/** An event as one line for people: time of day (UTC), status, logical id, type, and the reason if there is one. */
export function eventLine({ at, status, logicalId, type, reason }: StackEvent): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const line = `${time} ${status.padEnd(20)} ${logicalId} (${type})`;
  return reason === undefined ? line : `${line}: ${reason}`;
}
