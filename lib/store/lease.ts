import type { Lease, Release } from './store.ts';

/** How long a lease lasts without being renewed, in milliseconds: a crashed holder costs this and no more. */
export const LEASE_LENGTH = 30_000;
/** How far two machines' clocks may differ, in milliseconds: an expired lease is taken over only so much later. */
export const LEASE_SKEW = 5_000;

/** What became of a release that was refused, from the lease as it is. */
export function whyNotReleased(
  lease: Lease,
  found: { readonly owner: string | undefined; readonly fence: number },
): Release {
  if (found.fence !== lease.fence) return 'lost';
  if (found.owner === lease.owner) return 'wanted-again';
  // Nobody else can have given back our fence: an earlier request of ours came through, and its answer was lost.
  return found.owner === undefined ? 'released' : 'lost';
}
