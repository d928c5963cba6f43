import type { Clock } from '../../../lib/clock.ts';
import type { Queues } from '../sqs/service.ts';
import type { LambdaFunction, Outcome } from './function.ts';

/** An asynchronous invocation that is over. */
export interface Finished {
  readonly function: LambdaFunction;
  readonly requestId: string;
  readonly payload: string;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
}

/**
 * Sends the invocation record to a destination, which must be a queue of this lab.
 * Source of its form: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function sendRecord(queues: Queues, clock: Clock, destination: string, finished: Finished): void {
  const { outcome } = finished;
  queues.send(
    destination,
    JSON.stringify({
      version: '1.0',
      timestamp: new Date(clock.now()).toISOString(),
      requestContext: {
        requestId: finished.requestId,
        functionArn: `${finished.function.arn}:$LATEST`,
        condition: finished.condition,
        approximateInvokeCount: finished.attempts,
      },
      requestPayload: JSON.parse(finished.payload),
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(outcome.kind === 'error' ? { functionError: 'Unhandled' } : {}),
      },
      responsePayload: JSON.parse(outcome.payload),
    }),
  );
}

/** Sends the event itself to the function's dead-letter queue, the error in its attributes. */
export function sendDeadLetter(queues: Queues, queue: string, finished: Finished): void {
  const { outcome } = finished;
  const text = (value: string): { DataType: string; StringValue: string } => ({
    DataType: 'String',
    StringValue: value,
  });
  queues.send(queue, finished.payload, {
    RequestID: text(finished.requestId),
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ...(outcome.kind === 'error' ? { ErrorMessage: text(outcome.errorMessage.slice(0, 1024)) } : {}),
  });
}
