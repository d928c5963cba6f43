import { errorCode, errorMessage, isAwsError } from '../aws/errors.ts';
import { TAG } from '../names.ts';
import { ObservationError } from './observation-error.ts';

/** The SDK types every field as optional; what the API always sends is taken through here. */
export function required<T>(value: T | undefined, call: string, field: string, subject: string): T {
  if (value !== undefined) return value;
  throw new ObservationError(call, 'IncompleteAnswer', `${subject} has no ${field}, which it always has`);
}

/** One of the documented values, or an ObservationError: an unknown state must not be taken for a known one. */
export function oneOf<T extends string>(
  value: string | undefined,
  allowed: readonly T[],
  call: string,
  subject: string,
): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const what = `${subject} is in the state "${value ?? 'none'}"; known are ${allowed.join(', ')}`;
  throw new ObservationError(call, 'IncompleteAnswer', what);
}

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;

export function tagOf(tags: Tags, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}

/** EC2's filter for what belongs to a cluster. */
export function clusterFilter(cluster: string): { Name: string; Values: string[] }[] {
  return [{ Name: `tag:${TAG.cluster}`, Values: [cluster] }];
}

/** Names the call in whatever AWS answers instead of data. */
export async function reading<T>(call: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isAwsError(error)) throw error;
    throw new ObservationError(call, errorCode(error), errorMessage(error), error);
  }
}
