import { endingBugs } from './ending.ts';
import { genesisBugs } from './genesis.ts';
import { launchingBugs } from './launching.ts';
import { leaseBugs } from './lease.ts';
import { machineBugs } from './machines.ts';
import { membershipBugs } from './membership.ts';
import { observingBugs } from './observing.ts';
import type { PlantedBug } from './planted-bug.ts';
import { specBugs } from './spec.ts';

/** All of them. The simulation must find each within 1,000 seeds. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...endingBugs,
  ...launchingBugs,
  ...leaseBugs,
  ...observingBugs,
  ...membershipBugs,
  ...genesisBugs,
  ...machineBugs,
  ...specBugs,
];
