import { createMemoryStore } from '../../../lib/store/memory.ts';
import { type MakeStore, storeContract } from './contract.ts';
import { decisionContract } from './decisions.ts';
import { storeRaces } from './races.ts';
import { thousandMachines } from './thousand.ts';

const makeStore: MakeStore = async (clock) => createMemoryStore({ clock });

storeContract('memory', makeStore);
decisionContract('memory', makeStore);
thousandMachines('memory', makeStore);
storeRaces('memory', makeStore, 400);
