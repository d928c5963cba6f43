import type { CommittedSpec } from '../spec/spec.ts';
import type { ClusterStatus, Store } from '../store/store.ts';

/** As many as fit into an answer to CloudFormation. */
const REASONS = 10;

/** Was the status written by a pass that knew this version of the spec, after it was committed? */
export function isSince(status: ClusterStatus | undefined, committed: CommittedSpec): status is ClusterStatus {
  return status !== undefined && status.specVersion >= committed.version && status.at >= committed.committedAt;
}

/** What the reconciler says of why the cluster is not yet as declared, for whoever waited for it in vain. */
export async function heldBack(
  status: ClusterStatus | undefined,
  committed: CommittedSpec,
  store: Pick<Store, 'events'>,
): Promise<string> {
  if (!isSince(status, committed)) {
    return 'the reconciler has not looked at it since; see the log of its function and its on-failure queue';
  }
  const failures = (await store.events(200, committed.committedAt))
    .filter(({ kind }) => kind === 'action-failed' || kind === 'error')
    .map(({ name, subject, reason }) => `failed: ${name} ${subject}: ${reason}`);
  const all = [
    ...status.held.map(({ rule, subject, reason }) => `held: ${rule} ${subject}: ${reason}`),
    ...status.waiting.map(({ what, subject }) => `waiting: ${what} ${subject}`),
    ...new Set(failures),
  ];
  return all.length === 0 ? 'nothing holds it back; it needed more time' : all.slice(0, REASONS).join('; ');
}
