import { z } from 'zod';
import { ServiceError } from './service-error.ts';

/**
 * Parses an operation's input. Unknown members are refused, so that what the lab does not model is seen and not ignored.
 * @throws ServiceError `ValidationException` with every problem in it.
 */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown, code = 'ValidationException'): z.infer<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || 'request'}: ${issue.message}`,
  );
  throw new ServiceError(code, problems.join('; '));
}

/** `[{ Key, Value }]` as most services take tags. */
export const TagList = z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }));
export type TagList = z.infer<typeof TagList>;

/** `{ key: value }` as Lambda, SQS and others take tags. */
export const TagMap = z.record(z.string().min(1).max(128), z.string().max(256));
