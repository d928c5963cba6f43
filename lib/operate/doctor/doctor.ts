import { checkAccess, checkController, checkLaunches, checkRollouts } from './check-controller.ts';
import { checkDisks } from './check-disks.ts';
import { checkEngines, checkMachines, checkQuorum } from './check-machines.ts';
import { checkAlarms, checkDeclaration, checkTokens } from './check-outside.ts';
import type { DoctorFacts } from './facts.ts';
import type { Checked } from './finding.ts';

/** Everything that is looked at, in the order in which it is told. Pure. */
export function examine(facts: DoctorFacts): readonly Checked[] {
  return [
    checkAccess,
    checkController,
    checkQuorum,
    checkMachines,
    checkEngines,
    checkDisks,
    checkLaunches,
    checkRollouts,
    checkTokens,
    checkAlarms,
    checkDeclaration,
  ].map((check) => check(facts));
}
