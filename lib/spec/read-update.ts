import { UPDATE_FIELDS } from './fields.ts';
import type { Path, Problems } from './problems.ts';
import { readFields } from './read-fields.ts';
import type { Allocation, Amount, UpdatePolicy } from './spec.ts';
import { defaultUpdate } from './update.ts';

/** How a group is rolled, as declared and with its defaults. @param kind `undefined` when the allocation was refused */
export function readUpdate(
  value: Record<string, unknown>,
  kind: Allocation['kind'] | undefined,
  path: Path,
  problems: Problems,
): UpdatePolicy | undefined {
  const before = problems.all.length;
  const given = readFields(UPDATE_FIELDS, [], value, path, problems);
  // Without the allocation neither defaults nor limits are known; its own problem is told already.
  if (problems.all.length > before || kind === undefined) return undefined;
  const policy = { ...defaultUpdate(kind), ...given };
  const sound = kind === 'logicalIds' ? checkPets(policy, path, problems) : checkCattle(policy, path, problems);
  return sound ? policy : undefined;
}

function checkPets({ maxUnavailable, maxSurge }: UpdatePolicy, path: Path, problems: Problems): boolean {
  const before = problems.all.length;
  if (maxSurge.kind !== 'count' || maxSurge.count !== 0) {
    const found = 'asks for machines beside those with logical IDs; an address and its disk have one machine at a time';
    problems.add([...path, 'maxSurge'], declaredAmount(maxSurge), found, '0');
  }
  if (maxUnavailable.kind !== 'count' || maxUnavailable.count !== 1) {
    const found =
      'is not how machines with logical IDs are replaced: one at a time, the next when all are healthy again';
    problems.add([...path, 'maxUnavailable'], declaredAmount(maxUnavailable), found, '1');
  }
  return problems.all.length === before;
}

function checkCattle({ maxUnavailable, maxSurge }: UpdatePolicy, path: Path, problems: Problems): boolean {
  if (!isZero(maxUnavailable) || !isZero(maxSurge)) return true;
  const found =
    'allows neither a missing machine nor one more (`maxUnavailable` and `maxSurge` are both 0): no machine could be replaced';
  problems.add(path, undefined, found, '`maxSurge` or `maxUnavailable` of at least 1 or 1%');
  return false;
}

function isZero(amount: Amount): boolean {
  return (amount.kind === 'count' ? amount.count : amount.percent) === 0;
}

/** An amount as `swarm.yaml` writes it. */
export function declaredAmount(amount: Amount): number | string {
  return amount.kind === 'count' ? amount.count : `${amount.percent}%`;
}
