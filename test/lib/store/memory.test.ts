import { createMemoryStore } from '../../../lib/store/memory.ts';
import { type MakeStore, storeContract } from './contract.ts';
import { storeRaces } from './races.ts';

const makeStore: MakeStore = async (clock) => createMemoryStore({ clock });

storeContract('memory', makeStore);
storeRaces('memory', makeStore, 400);
