import { few } from '../few.ts';
import { isOutdated } from '../plan/config.ts';
import { leavingOrder } from '../plan/leaving-order.ts';
import { isMarked, MARK } from '../plan/marks.ts';
import { isDue, isOrdered, whyReplaced } from '../plan/orders.ts';
import type { SwarmView } from '../plan/swarm-view.ts';
import { type DeclaredGroup, instancesInOrder, isLive, type PlanInput } from '../plan/world.ts';
import { allowance } from '../spec/update.ts';
import type { PreviewStep } from './change-preview.ts';
import type { GroupPart } from './group-part.ts';
import { haltedRollout } from './refusals.ts';

/** Steps of a group by size: what is missing is launched, what is too many leaves, what is outdated is exchanged. */
export function herdSteps(
  input: PlanInput,
  view: SwarmView,
  group: DeclaredGroup,
  size: number,
  why: string,
): GroupPart {
  const live = instancesInOrder(input).filter(
    (one) => one.group === group.name && one.logicalId === undefined && isLive(one),
  );
  const former = live.filter((one) => isOutdated(input, group.name, one)).length;
  const halted = former === 0 ? undefined : haltedRollout(input, group.name, former);
  const old = live.filter((one) => isDue(input, group.name, one));
  const isRolled = old.length > 0;
  const [ordered] = old.filter(({ id }) => isOrdered(input, id, 'replace'));
  const cause = ordered === undefined ? why : whyReplaced(input, group.name, ordered);
  const fresh = live.length - old.length;
  const missing = Math.max(0, size - live.length);
  const excess = Math.max(0, live.length - size);
  // What a roll-out has beyond the number meanwhile are successors that are there already.
  const successors = isRolled ? Math.min(allowance(group.spec.update, size).surge, fresh, excess) : 0;
  const ended = excess - successors;
  const replaced = isRolled ? Math.max(0, size - fresh - missing) : 0;
  const order = leavingOrder(input, view, group.name, live);
  const marked = order.filter(({ id }) => isMarked(input.records, id, MARK.leaving));
  const leaving = [...marked, ...order.filter((one) => !marked.includes(one))].slice(0, ended);
  return {
    launches: missing > 0 ? [step('launch', group, missing, `${group.name} has ${live.length} of ${size}`)] : [],
    rolls: replaced > 0 ? [step('replace', group, replaced, `${cause}; ${manner(group, size)}`)] : [],
    ends:
      ended > 0
        ? [step('end', group, ended, `${group.name} has ${live.length}, and ${size} are declared: ${named(leaving)}`)]
        : [],
    staying: order.filter((one) => !leaving.includes(one)),
    replaced: new Set(isRolled ? old.map(({ id }) => id) : []),
    refused: halted === undefined ? [] : [halted],
  };
}

function step(what: PreviewStep['what'], { name }: DeclaredGroup, count: number, reason: string): PreviewStep {
  return { what, subject: name, count, reason };
}

function manner({ spec }: DeclaredGroup, size: number): string {
  const { surge, unavailable } = allowance(spec.update, size);
  const parts = [
    surge > 0 ? `up to ${surge} more than ${size} meanwhile` : 'none more meanwhile',
    unavailable > 0 ? `up to ${unavailable} missing` : 'none missing',
    `each new one healthy for ${spec.update.healthySeconds} s before an old one is drained`,
  ];
  return parts.join(', ');
}

function named(leaving: readonly { readonly id: string }[]): string {
  return `${few(leaving.map(({ id }) => id))}, drained first`;
}
