import type { CommittedSpec } from '../spec/spec.ts';
import type { ClusterStatus, Store } from '../store/store.ts';
import { DeploymentError } from './errors.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;
/** As many as fit into an answer to CloudFormation. */
const REASONS = 10;

/**
 * Waits until a pass found the cluster whole under this version of the spec. It asks the table only: the world is the
 * reconciler's business.
 * @throws DeploymentError with what holds the cluster back, when the time is up
 */
export async function awaitWhole(committed: CommittedSpec, tools: DeploymentTools, limit: TimeLimit): Promise<void> {
  const { store, clock, cluster } = tools;
  let pause = FIRST_PAUSE;
  for (;;) {
    limit.signal.throwIfAborted();
    const status = await store.status();
    if (status?.whole === true && isSince(status, committed)) return;
    if (clock.monotonic() + pause > limit.giveUpAt) {
      const why = await reasons(status, committed, store);
      throw new DeploymentError('NotWhole', `cluster "${cluster}" did not become whole in time: ${why}`);
    }
    await clock.sleep(pause, limit.signal);
    pause = Math.min(LONGEST_PAUSE, pause * 1.25);
  }
}

function isSince(status: ClusterStatus, committed: CommittedSpec): boolean {
  return status.specVersion >= committed.version && status.at >= committed.committedAt;
}

async function reasons(status: ClusterStatus | undefined, committed: CommittedSpec, store: Store): Promise<string> {
  if (status === undefined || !isSince(status, committed)) {
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
