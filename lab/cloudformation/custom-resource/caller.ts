import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock } from '../../../lib/clock.ts';
import { CustomResourceError } from '../errors.ts';
import { type Random, uuid } from '../stack/names.ts';
import { type CustomResourceAnswer, type CustomResourceRequest, parseAnswer } from './protocol.ts';
import { type ResponseServer, startResponseServer } from './response-server.ts';

export type CustomResourceOrder = Omit<CustomResourceRequest, 'RequestId' | 'ResponseURL'>;

/** Sends requests to the functions behind custom resources, and waits for what they answer. */
export interface CustomResourceCaller {
  /**
   * `accepted` is told once the function has the request: from then on it may have done something.
   * @throws CustomResourceError for no answer in time and for one that can't be used; SDK errors of the invocation
   */
  call(
    order: CustomResourceOrder,
    options: { readonly timeoutSeconds: number; readonly signal: AbortSignal; accepted(): void },
  ): Promise<CustomResourceAnswer>;
  close(): Promise<void>;
}

/** The server for the answers is started with the first call. */
export function createCustomResourceCaller(tools: {
  readonly lambda: LambdaClient;
  readonly clock: Clock;
  readonly random: Random;
}): CustomResourceCaller {
  let server: Promise<ResponseServer> | undefined;
  return {
    async call(order, { timeoutSeconds, signal, accepted }) {
      server ??= startResponseServer();
      const RequestId = uuid(tools.random);
      const expected = (await server).expect(RequestId);
      const done = new AbortController();
      try {
        const request: CustomResourceRequest = { ...order, RequestId, ResponseURL: expected.url };
        await tools.lambda.send(
          new InvokeCommand({
            FunctionName: order.ServiceToken,
            InvocationType: 'Event',
            Payload: Buffer.from(JSON.stringify(request)),
          }),
        );
        accepted();
        const body = await Promise.race([
          expected.body,
          deadline(tools.clock, timeoutSeconds, AbortSignal.any([signal, done.signal])),
        ]);
        return parseAnswer(body, request);
      } finally {
        done.abort();
        expected.forget();
      }
    },
    async close() {
      await (await server)?.close();
      server = undefined;
    },
  };
}

/** Never resolves. */
async function deadline(clock: Clock, seconds: number, signal: AbortSignal): Promise<never> {
  await clock.sleep(seconds * 1000, signal);
  throw new CustomResourceError(
    'CustomResourceTimedOut',
    `CloudFormation did not receive a response from your Custom Resource within ${seconds} s. Look at the log of the function that its ServiceToken names`,
  );
}
