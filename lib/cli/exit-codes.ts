/** What the command line ends with. Scripts depend on it: a number keeps its meaning. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notWhole: 3,
  aws: 4,
  unconfirmed: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For the help and the documentation. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; of `status`: the cluster is whole',
  failed: 'refused, or not possible as things are; nothing was changed unless it says so',
  usage: 'the command line, or the file that declares the cluster, was not understood',
  notWhole: 'the cluster is not whole (`status`), or did not become whole in time',
  aws: 'AWS could not be asked: no credentials, expired, not allowed, wrong Region, no network',
  unconfirmed: 'it was not confirmed; nothing was changed',
};
