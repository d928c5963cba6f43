import type { Action } from '../plan/action.ts';
import { SpecError } from '../spec/error.ts';
import { reviveSpec, serializeSpec } from '../spec/json.ts';
import { SpecConflictError } from '../store/store.ts';
import type { ActContext } from './context.ts';
import { withConfiguration } from './former.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** Who committed, where it was no person. */
const CONTROLLER = 'controller';

export async function settleRollout(action: ActionOf<'settleRollout'>, context: ActContext): Promise<ActionOutcome> {
  const { record } = action;
  await context.store.putRollout(context.lease, record);
  return done(`group "${record.group}" is good as of version ${record.good?.version ?? 'none'}`);
}

export async function haltRollout(action: ActionOf<'haltRollout'>, context: ActContext): Promise<ActionOutcome> {
  const { record } = action;
  await context.store.putRollout(context.lease, record);
  return done(`group "${record.group}" is not rolled on to ${record.halt?.hash ?? 'anything'}`);
}

/**
 * Commits a group's configuration of a former version anew, on top of everything else that was committed since. The
 * version is what counts: if it breaks off before the record is written, the next pass rolls to the newest version all the same.
 */
export async function rollBack(action: ActionOf<'rollBack'>, context: ActContext): Promise<ActionOutcome> {
  const { committed, store, lease, clock } = context;
  const { group, toVersion } = action;
  const former = await store.version(toVersion);
  const spec = own(former?.spec.groups, group);
  const image = own(former?.images, group);
  const newest = own(committed.spec.groups, group);
  if (spec === undefined || image === undefined || newest === undefined) {
    const where = newest === undefined ? `version ${committed.version}, the newest,` : `version ${toVersion}`;
    const message = `${where} has no group "${group}" with a pinned image, so there is nothing to go back to; commit a configuration that works`;
    return failed('NothingToGoBackTo', message, 'backoff');
  }
  const { version, ...merged } = withConfiguration(committed, group, newest, { spec, image });
  try {
    const source = `version ${version} with group "${group}" of version ${toVersion}`;
    const whole = reviveSpec(serializeSpec(merged.spec), source);
    // A commit knows no fence. Who has lost the lease finds out here, and commits nothing.
    await store.renew(lease);
    const next = await store.commit(version, {
      ...merged,
      spec: whole,
      committedAt: clock.now(),
      committedBy: CONTROLLER,
    });
    const what = `version ${next.version} has group "${group}" as in version ${toVersion}`;
    await store.log([
      {
        at: clock.now(),
        kind: 'spec',
        name: 'rollBack',
        subject: group,
        reason: `${what}: ${action.reason}`,
        fence: lease.fence,
      },
    ]);
    await store.putRollout(lease, action.record);
    return done(what);
  } catch (error) {
    if (error instanceof SpecConflictError) return failed(error.code, error.message, 'soon');
    if (error instanceof SpecError) return failed(error.code, error.message, 'backoff');
    throw error;
  }
}

function own<T>(values: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}
