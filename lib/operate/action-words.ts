/** For whoever shows a cluster. */
export { ACTION_WORDS } from '../preview/action-words.ts';
