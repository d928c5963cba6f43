import type { ClusterStatus } from './store.ts';

/**
 * What the lists of a stored status may take, in bytes of JSON. DynamoDB refuses items above 400 KB, and a thousand machines
 * that are each held back for a reason of their own would come close to it; a refused status would fail every pass.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html (item size)
 */
const HELD_BYTES = 200_000;
const WAITING_BYTES = 100_000;

/** The status with as much of its lists, from the beginning, as one item has room for. */
export function storableStatus(status: ClusterStatus): ClusterStatus {
  return { ...status, held: fitting(status.held, HELD_BYTES), waiting: fitting(status.waiting, WAITING_BYTES) };
}

function fitting<T>(entries: readonly T[], bytes: number): readonly T[] {
  let left = bytes;
  const end = entries.findIndex((entry) => {
    left -= Buffer.byteLength(JSON.stringify(entry));
    return left < 0;
  });
  return end === -1 ? entries : entries.slice(0, end);
}
