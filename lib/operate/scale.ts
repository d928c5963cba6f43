import { reviveSpec, serializeSpec } from '../spec/json.ts';
import { OperateError } from './errors.ts';
import { groupNamed } from './groups.ts';
import type { Operator } from './operator.ts';
import { type Proposal, propose } from './proposal.ts';
import { look } from './situation.ts';

/**
 * Other numbers of machines, for one group or several at once.
 * @throws OperateError `UnknownGroup`, `NotBySize`; SpecError for a number that can't be, e.g. more than the subnets have addresses
 */
export async function proposeScale(
  operator: Operator,
  sizes: ReadonlyMap<string, number>,
  options: { readonly ask: boolean },
): Promise<Proposal> {
  const situation = await look(operator, options);
  const { committed } = situation.input;
  const groups = { ...committed.spec.groups };
  for (const [name, size] of sizes) {
    const { spec } = groupNamed(committed, name);
    if (spec.allocation.kind === 'logicalIds') {
      const found = `${name} are counted by address, not by number: ${spec.allocation.logicalIds.join(', ')}`;
      const remedy = 'Add or take out addresses in the declared cluster, and run `npx cdk deploy`.';
      throw new OperateError('NotBySize', found, remedy);
    }
    groups[name] = { ...spec, allocation: { kind: 'size', size } };
  }
  const scaled = { ...committed.spec, groups };
  const spec = reviveSpec(serializeSpec(scaled), 'the scaled cluster');
  return propose(situation, { spec, images: committed.images });
}
