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
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly what: string }[] = [
  { code: EXIT.done, what: 'done; of `status`: the cluster is whole; of `doctor`: nothing that is an error was found' },
  { code: EXIT.failed, what: 'refused, or not possible as things are; nothing was changed unless it says so' },
  { code: EXIT.usage, what: 'the command line, or the file that declares the cluster, was not understood' },
  { code: EXIT.notWhole, what: 'the cluster is not whole (`status`), or did not become whole in time' },
  { code: EXIT.aws, what: 'AWS could not be asked: no credentials, expired, not allowed, wrong Region, no network' },
  { code: EXIT.unconfirmed, what: 'it was not confirmed; nothing was changed' },
];
