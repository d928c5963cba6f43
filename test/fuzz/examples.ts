import fc from 'fast-check';

/**
 * Imported before every test file by `npm test`: properties try the same examples in each run, so that what fails
 * goes on failing until it is mended. `npm run fuzz` tries others.
 */
fc.configureGlobal({ seed: Number(process.env.EVERSWARM_EXAMPLES ?? 1) });
