import { suggest } from '../spec/suggest.ts';
import { OperateError } from './errors.ts';
import type { MachineSeen } from './machine-seen.ts';
import type { ClusterOverview } from './overview.ts';

/** Shorter beginnings of an id would be a guess. */
const SHORTEST = 4;

/**
 * The machine that is meant: by its address or logical ID, its instance id, its node's id, or the beginning of one of them.
 * @throws OperateError `UnknownMachine`, `WhichMachine`
 */
export function findMachine({ cluster, groups, others }: ClusterOverview, name: string): MachineSeen {
  const all = [...groups.flatMap(({ machines }) => machines), ...others];
  const exact = all.filter((machine) => namesOf(machine).includes(name));
  const begun = name.length < SHORTEST ? [] : all.filter((one) => namesOf(one).some((own) => own.startsWith(name)));
  const [found, ...further] = exact.length > 0 ? exact : begun;
  if (found !== undefined && further.length === 0) return found;
  if (found !== undefined) {
    const which = [found, ...further].map((one) => one.instanceId ?? one.logicalId ?? '?').join(', ');
    throw new OperateError('WhichMachine', `"${name}" may be any of ${which}`, 'Give more of its id.');
  }
  const meant = suggest(name, all.flatMap(namesOf));
  const remedy = meant === undefined ? 'See `everswarm status --all`.' : `Did you mean ${meant}?`;
  throw new OperateError('UnknownMachine', `cluster "${cluster}" has no machine "${name}"`, remedy);
}

function namesOf({ logicalId, address, instanceId, node }: MachineSeen): readonly string[] {
  return [logicalId, address, instanceId, node?.id].filter((name) => name !== undefined);
}
