import { z } from 'zod';
import type { Json, JsonObject } from '../json.ts';

/** Fields of resource properties. Templates may write scalars as text: CloudFormation turns them into what is needed. */

/** A string; numbers and truth values are written out. */
export const text = z.union(
  [z.string(), z.number().transform(String), z.boolean().transform(String)],
  'must be a string',
);

export const integer = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/, 'must be a whole number')
      .transform(Number),
  ])
  .refine(Number.isInteger, 'must be a whole number');

export const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')],
  'must be true or false',
);

export const texts = z.array(text);

/** Free JSON, e.g. a policy document or an event pattern. */
export const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]),
);

export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

export const tags = z.array(z.strictObject({ Key: text, Value: text })).optional();

export const tagMap = z.record(z.string(), text).optional();
