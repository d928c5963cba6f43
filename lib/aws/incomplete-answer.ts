/** AWS's answer lacks what its documentation promises. */
export class IncompleteAnswerError extends Error {
  readonly code = 'IncompleteAnswer';
  constructor(call: string, missing: string) {
    super(`${call} answered without ${missing}, which it always has by its documentation; try again`);
    this.name = 'IncompleteAnswerError';
  }
}
