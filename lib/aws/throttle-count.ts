import type { AwsClients } from './clients.ts';
import { isThrottle } from './errors.ts';

/** Calls that AWS refused as too many, with those that the SDK repeated by itself and nobody else hears of. */
export interface ThrottleCount {
  /** How many there were since this was last asked. */
  take(): number;
}

/** Each try passes here, as the SDK repeats a call above the step in which the answer is read. */
const EVERY_TRY = { step: 'deserialize', priority: 'high', name: 'everswarmThrottleCount' } as const;

export function countThrottles({ ec2, ssm, dynamo }: Pick<AwsClients, 'ec2' | 'ssm' | 'dynamo'>): ThrottleCount {
  let count = 0;
  const look = (error: unknown): never => {
    if (isThrottle(error)) count += 1;
    throw error;
  };
  ec2.middlewareStack.add((next) => (args) => next(args).catch(look), EVERY_TRY);
  ssm.middlewareStack.add((next) => (args) => next(args).catch(look), EVERY_TRY);
  dynamo.middlewareStack.add((next) => (args) => next(args).catch(look), EVERY_TRY);
  return {
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
