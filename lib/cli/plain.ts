/** Keys under which results hold moments, in milliseconds since the epoch. */
const MOMENTS: ReadonlySet<string> = new Set([
  'at',
  'since',
  'until',
  'launchedAt',
  'committedAt',
  'requestedAt',
  'resumedAt',
  'writtenAt',
  'notWholeSince',
  'restartedAt',
  'certificateEnds',
]);

/** A result as programs read it: plain values only, moments as ISO 8601. */
export function plainData(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, own: unknown) =>
      typeof own === 'number' && MOMENTS.has(key) ? new Date(own).toISOString() : own,
    ) ?? 'null',
  );
}
