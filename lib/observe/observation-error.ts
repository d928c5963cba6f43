/**
 * An AWS read that a pass can't do without has failed or makes no sense. The pass ends here: acting on half of the
 * world could take a machine for gone that is not (Safety 7).
 */
export class ObservationError extends Error {
  /** The error code of AWS, or `IncompleteAnswer` when the answer lacks what it always has. */
  readonly code: string;
  /** Name of the API call, e.g. `DescribeInstances`. */
  readonly call: string;

  constructor(call: string, code: string, found: string, cause?: unknown) {
    super(`${call} could not be read (${code}): ${found}. Nothing is done in this pass; the next one reads again.`, {
      cause,
    });
    this.name = 'ObservationError';
    this.code = code;
    this.call = call;
  }
}
