import { compareText, declaredGroups, logicalIdsOf, type PlanInput, petSlot } from './world.ts';

/** Logical IDs that this controller once launched for and that are declared no longer, in address order. */
export function retiredIds(input: PlanInput): readonly string[] {
  const declared = new Set(declaredGroups(input).flatMap(({ spec }) => logicalIdsOf(spec)));
  return [...input.records.launches.keys()]
    .flatMap((slot) => (slot.startsWith(PET) ? [slot.slice(PET.length)] : []))
    .filter((logicalId) => !declared.has(logicalId))
    .sort(compareText);
}

const PET = petSlot('');
