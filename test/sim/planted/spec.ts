import type { PlantedBug } from './planted-bug.ts';

/** Bugs in what is put in force. */
export const specBugs: readonly PlantedBug[] = [
  {
    name: 'bad-spec-stored',
    breaks: 'a spec that can not work is stored, and stops all healing (as in InfraKit)',
    caughtBy: ['whole-again'],
    plant: () => ({
      table: (real) => ({
        ...real,
        commit: (based, next) => real.commit(based, based === 0 ? next : { ...next, images: {} }),
      }),
    }),
  },
];
