import type { CommittedSpec } from '../spec/spec.ts';
import type { Store } from '../store/store.ts';
import { OperateError } from './errors.ts';
import type { Operator } from './operator.ts';
import { type Proposal, propose } from './proposal.ts';
import { look } from './situation.ts';

/**
 * The cluster as a former version declared it, with the images that were pinned then. Where it runs stays as it is now.
 * @throws OperateError `UnknownVersion`
 */
export async function proposeRollback(
  operator: Operator,
  version: number,
  options: { readonly ask: boolean },
): Promise<Proposal> {
  const situation = await look(operator, options);
  const { committed } = situation.input;
  const former = await versionOf(operator.store, version, committed);
  return propose(situation, { spec: former.spec, images: former.images });
}

async function versionOf(store: Store, version: number, newest: CommittedSpec): Promise<CommittedSpec> {
  const former = version === newest.version ? newest : await store.version(version);
  if (former !== undefined) return former;
  const found = `there is no version ${version}; versions 1 to ${newest.version} are kept`;
  throw new OperateError('UnknownVersion', found, 'See `everswarm history`.');
}

/** Newest first, as many as asked for. */
export async function history(
  store: Pick<Store, 'version'>,
  newest: CommittedSpec,
  limit: number,
): Promise<readonly CommittedSpec[]> {
  const oldest = Math.max(1, newest.version - limit + 1);
  const numbers = Array.from({ length: newest.version - oldest + 1 }, (_, index) => newest.version - index);
  const versions = await Promise.all(
    numbers.map(async (number) => (number === newest.version ? newest : store.version(number))),
  );
  return versions.filter((one) => one !== undefined);
}
