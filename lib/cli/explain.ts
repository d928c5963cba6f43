import { errorCode, errorMessage, isAwsError, isUnauthorized } from '../aws/errors.ts';
import { ObservationError } from '../observe/observation-error.ts';
import { OperateError } from '../operate/errors.ts';
import { formatSpecError, SpecError } from '../spec/error.ts';
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** An error as people are told of it. */
export interface Explanation {
  readonly exit: ExitCode;
  readonly message: string;
  readonly remedy: string | undefined;
}

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const UNKNOWN_KEYS: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const NO_CREDENTIALS: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);
const UNREACHABLE: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  'TimeoutError',
]);

/**
 * @param endpoint where calls go instead of to AWS, if anywhere
 * @returns `undefined` for what no operator can do anything about: a defect, to be thrown on
 */
export function explain(error: unknown, color: boolean, endpoint: string | undefined): Explanation | undefined {
  if (error instanceof CliError) return { exit: error.exit, message: error.message, remedy: error.remedy };
  if (error instanceof OperateError) return { exit: EXIT.failed, message: error.message, remedy: error.remedy };
  if (error instanceof SpecError) {
    return { exit: EXIT.usage, message: formatSpecError(error, { color }).trimEnd(), remedy: undefined };
  }
  // What a reading of EC2 failed for is told better by its cause.
  if (error instanceof ObservationError) return explainAws(error.cause, endpoint) ?? plainly(error);
  return (
    explainAws(error, endpoint) ??
    (error instanceof Error && 'code' in error && isOurs(error) ? plainly(error) : undefined)
  );
}

function explainAws(error: unknown, endpoint: string | undefined): Explanation | undefined {
  const code = errorCode(error);
  if (NO_CREDENTIALS.has(code)) {
    return aws(
      'no AWS credentials were found',
      'Log in (`aws sso login`, `aws configure`), or choose a profile: --profile, AWS_PROFILE.',
    );
  }
  if (EXPIRED.has(code)) {
    return aws('the AWS credentials are expired', 'Log in again (`aws sso login`), or get new ones.');
  }
  if (UNKNOWN_KEYS.has(code)) {
    return aws(
      `AWS does not know these credentials (${code})`,
      'See that AWS_PROFILE, or the keys in the environment, are those of the account.',
    );
  }
  if (UNREACHABLE.has(code)) {
    const what = endpoint === undefined ? 'AWS' : `AWS_ENDPOINT_URL, ${endpoint},`;
    return aws(`${what} can't be reached (${code})`, 'See that the network is there, and that the Region exists.');
  }
  if (isUnauthorized(error)) {
    const remedy = 'Whoever operates a cluster needs what `swarm.grantOperate(role)` gives (docs/construct.md).';
    return aws(`not allowed: ${errorMessage(error)}`, remedy);
  }
  if (code === 'ResourceNotFoundException') {
    const remedy = 'Its stack may be being removed; if not, deploy it again.';
    return aws(`the cluster's table or function is gone: ${errorMessage(error)}`, remedy);
  }
  if (isAwsError(error)) return aws(`${code}: ${errorMessage(error)}`, 'Try again in a while.');
  return undefined;
}

function aws(message: string, remedy: string): Explanation {
  return { exit: EXIT.aws, message, remedy };
}

/** Typed errors of this project say all there is to say. */
const OURS: ReadonlySet<string> = new Set([
  'DeploymentError',
  'GarbledEntryError',
  'GarbledItemError',
  'ObservationError',
  'StoreBusyError',
]);

function isOurs(error: Error): boolean {
  return OURS.has(error.name);
}

function plainly(error: Error): Explanation {
  return { exit: EXIT.failed, message: error.message, remedy: undefined };
}
