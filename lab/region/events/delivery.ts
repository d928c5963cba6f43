import type { Clock } from '../../../lib/clock.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Queues } from '../sqs/service.ts';
import type { Rule, Target } from './rule.ts';
import { type Envelope, renderInput } from './target-input.ts';

/** The functions that rules deliver to. */
export interface Functions {
  /** Queues an event for the function; `trigger` names its cause in the journal. @throws ServiceError */
  invokeFor(caller: { service: string; sourceArn: string }, arn: string, payload: string, trigger: string): void;
}

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly signal: AbortSignal;
}

/** Errors that come from the target's being as it is: EventBridge does not try again. Source: eb-rule-dlq.html in its User Guide. */
const FINAL = new Set(['ResourceNotFoundException', 'AccessDeniedException', 'QueueDoesNotExist']);

/** Backs off from one second to ten minutes. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 600_000;

/**
 * Hands an event to one target: tries again as its retry policy says, then sends it to its dead-letter queue.
 * An event that is not delivered and has no such queue is lost, as on AWS; it is then told by `lost`.
 */
export async function deliver(
  options: DeliveryOptions,
  rule: Rule,
  target: Target,
  event: Envelope,
  lost: (error: ServiceError) => void,
): Promise<void> {
  const { clock } = options;
  const payload = renderInput(target.input, event, rule);
  const began = clock.now();
  for (let retries = 0; ; retries += 1) {
    const error = attempt(options, rule, target, payload);
    if (error === undefined) return;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS);
    const exhausted =
      FINAL.has(error.code) ||
      retries >= target.maximumRetryAttempts ||
      clock.now() + wait - began > target.maximumAgeSeconds * 1000;
    if (exhausted) {
      if (target.deadLetterArn === undefined) lost(error);
      else bury(options.queues, target.deadLetterArn, rule, target, payload, error, retries);
      return;
    }
    await clock.sleep(wait, options.signal);
  }
}

function attempt(options: DeliveryOptions, rule: Rule, target: Target, payload: string): ServiceError | undefined {
  const service = target.arn.split(':')[2];
  try {
    if (service === 'lambda') {
      const caller = { service: 'events.amazonaws.com', sourceArn: rule.arn };
      options.functions.invokeFor(caller, target.arn, payload, `rule ${rule.name}`);
    } else {
      options.queues.send(target.arn, payload);
    }
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

/** Source of the attributes: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
function bury(
  queues: Queues,
  queue: string,
  rule: Rule,
  target: Target,
  payload: string,
  error: ServiceError,
  retries: number,
): void {
  const text = (value: string): { DataType: string; StringValue: string } => ({
    DataType: 'String',
    StringValue: value,
  });
  queues.send(queue, payload, {
    RULE_ARN: text(rule.arn),
    TARGET_ARN: text(target.arn),
    ERROR_CODE: text(error.code),
    ERROR_MESSAGE: text(error.message),
    RETRY_ATTEMPTS: text(String(retries)),
  });
}
