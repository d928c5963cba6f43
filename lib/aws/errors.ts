/**
 * What AWS's errors mean, in one place, by their stable codes and never by their message.
 *
 * SDK clients put the code of the answer into `error.name` and the HTTP status into `error.$metadata`; errors that
 * never came from AWS (socket, time limit) have no status. What is in no list means nothing: least of all "is gone".
 * Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the "Errors" section of each
 * Systems Manager and DynamoDB action.
 */

const NOT_FOUND: ReadonlySet<string> = new Set([
  'InvalidInstanceID.NotFound',
  'InvalidVolume.NotFound',
  'InvalidNetworkInterfaceID.NotFound',
  'InvalidSubnetID.NotFound',
  'InvalidGroup.NotFound',
  'InvalidAMIID.NotFound',
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateId.VersionNotFound',
  'InvalidAllocationID.NotFound',
  'InvalidSnapshot.NotFound',
  'InvalidVpcID.NotFound',
  'ParameterNotFound',
  'ResourceNotFoundException',
]);

const THROTTLE: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const TRANSIENT: ReadonlySet<string> = new Set([
  'AbortError',
  'InternalError',
  'InternalFailure',
  'InternalServerError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'TimeoutError',
  'Unavailable',
]);

const CAPACITY: ReadonlySet<string> = new Set([
  'InsufficientAddressCapacity',
  'InsufficientCapacity',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientHostCapacity',
  'InsufficientInstanceCapacity',
  'InsufficientReservedInstanceCapacity',
  'InsufficientVolumeCapacity',
]);

const QUOTA: ReadonlySet<string> = new Set([
  'AddressLimitExceeded',
  'AttachmentLimitExceeded',
  'InstanceLimitExceeded',
  'MaxIOPSLimitExceeded',
  'NetworkInterfaceLimitExceeded',
  'ResourceLimitExceeded',
  'VcpuLimitExceeded',
  'VolumeLimitExceeded',
]);

const UNAUTHORIZED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'Blocked',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'OptInRequired',
  'PendingVerification',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

const BUSY: ReadonlySet<string> = new Set([
  'DependencyViolation',
  'IncorrectInstanceState',
  'IncorrectState',
  'InvalidIPAddress.InUse',
  'InvalidNetworkInterface.InUse',
  'VolumeInUse',
]);

/** Codes of Node's sockets and resolver: the request may or may not have been received. */
const CONNECTION: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The code by which an error is known: AWS's own, or the socket's. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UnknownError';
  const systemCode = property(error, 'code');
  return typeof systemCode === 'string' && CONNECTION.has(systemCode) ? systemCode : error.name;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** AWS says that the thing does not exist. Soon after a launch it may exist all the same (eventual consistency). */
export function isNotFound(error: unknown): boolean {
  return NOT_FOUND.has(errorCode(error));
}

export function isThrottle(error: unknown): boolean {
  return THROTTLE.has(errorCode(error));
}

/** A failure on the way or inside AWS: trying again can help, and the effect may have taken place. */
export function isTransient(error: unknown): boolean {
  const code = errorCode(error);
  const status = httpStatus(error);
  return TRANSIENT.has(code) || CONNECTION.has(code) || (status !== undefined && status >= 500 && !CAPACITY.has(code));
}

export function isConditionalCheckFailed(error: unknown): boolean {
  return errorCode(error) === 'ConditionalCheckFailedException';
}

/** The client token's instance was terminated since: the token is used up. */
export function isTokenOfTerminated(error: unknown): boolean {
  return errorCode(error) === 'IdempotentInstanceTerminated';
}

/** The client token was used before with other parameters. */
export function isTokenMismatch(error: unknown): boolean {
  return errorCode(error) === 'IdempotentParameterMismatch';
}

/** AWS has none left at the moment, in this zone or subnet. */
export function isCapacity(error: unknown): boolean {
  return CAPACITY.has(errorCode(error));
}

/** The account's own limit. Only a person can raise it. */
export function isQuota(error: unknown): boolean {
  return QUOTA.has(errorCode(error));
}

export function isUnauthorized(error: unknown): boolean {
  return UNAUTHORIZED.has(errorCode(error));
}

/** The thing is held by something else, or in a state that passes: try again soon. */
export function isBusyResource(error: unknown): boolean {
  return BUSY.has(errorCode(error));
}

/** Did it come from calling AWS? Anything else is a defect of ours and must not be turned into an outcome. */
export function isAwsError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error);
  return CONNECTION.has(code) || TRANSIENT.has(code) || property(error, '$metadata') !== undefined;
}

function httpStatus(error: unknown): number | undefined {
  const metadata = property(error, '$metadata');
  const status = property(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
