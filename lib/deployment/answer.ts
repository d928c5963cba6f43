import type { Clock } from '../clock.ts';
import { DeploymentError } from './errors.ts';
import type { DeploymentRequest } from './request.ts';

export type Outcome =
  | { readonly status: 'SUCCESS'; readonly data: Readonly<Record<string, string>> }
  | {
      readonly status: 'FAILED';
      /** A stable code: that of the error, or its name. */
      readonly code: string;
      readonly reason: string;
    };

/** Sends the body with PUT, says the HTTP status. @throws Error when there was no answer */
export type Put = (url: string, body: string) => Promise<number>;

/** The whole answer may have no more bytes. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const MAX_BYTES = 4096;
/** Leaves room for the ids. */
const MAX_REASON_BYTES = 2048;
const ATTEMPTS = 5;

/**
 * Tells CloudFormation what became of its request. The URL is pre-signed and as good as a password: it is in no error.
 * @throws DeploymentError when the answer could not be delivered
 */
export async function answer(
  request: DeploymentRequest,
  physicalId: string,
  outcome: Outcome,
  tools: { readonly put: Put; readonly clock: Clock },
): Promise<void> {
  const body = JSON.stringify({
    Status: outcome.status,
    Reason: outcome.status === 'FAILED' ? shortened(outcome.reason) : 'see Data',
    PhysicalResourceId: physicalId,
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
    NoEcho: false,
    ...(outcome.status === 'SUCCESS' ? { Data: outcome.data } : {}),
  });
  if (Buffer.byteLength(body) > MAX_BYTES) {
    throw new DeploymentError('AnswerNotDelivered', `the answer has more than ${MAX_BYTES} bytes`);
  }
  let last = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await tools.clock.sleep(200 * 2 ** attempt);
    try {
      const status = await tools.put(request.ResponseURL, body);
      if (status < 300) return;
      last = `HTTP status ${status}`;
      // The signature is over or wrong: no repetition mends that.
      if (status < 500) break;
    } catch (error) {
      last = error instanceof Error ? error.name : 'no answer';
    }
  }
  throw new DeploymentError('AnswerNotDelivered', `CloudFormation's response URL did not take the answer: ${last}`);
}

/** PUT as CloudFormation's URLs want it: signed with no content type. */
export const putWithFetch: Put = async (url, body) => {
  const response = await fetch(url, {
    method: 'PUT',
    // Bytes, not text: for text, fetch would add a content type of its own.
    body: Buffer.from(body),
    signal: AbortSignal.timeout(5_000),
  });
  await response.arrayBuffer();
  return response.status;
};

function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  // A character cut in two becomes a replacement character, which is of no consequence here.
  return `${bytes.subarray(0, MAX_REASON_BYTES - 8).toString()}…`;
}
