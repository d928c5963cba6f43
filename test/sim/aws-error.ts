/** An error as an SDK client throws it for an answer of AWS, or for a connection that broke. */
export function awsError(code: string, status: number | undefined, message = `${code} it is`): Error {
  const error = Object.assign(new Error(message), {
    name: code,
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  });
  return status === undefined ? Object.assign(error, { code }) : error;
}

/** The codes on which the SDK's standard retry mode tries again. */
export function isRetried(error: unknown): boolean {
  return error instanceof Error && RETRIED.has(error.name);
}

const RETRIED: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'ThrottlingException',
  'InternalError',
  'InternalServerError',
  'ECONNRESET',
  'TimeoutError',
]);
