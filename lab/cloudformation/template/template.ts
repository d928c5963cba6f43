import { z } from 'zod';
import { TemplateError } from '../errors.ts';
import type { Json } from '../json.ts';
import { toProblems } from './problems.ts';

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]),
);

const deletionPolicy = z.enum(['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot']);
export type DeletionPolicy = z.output<typeof deletionPolicy>;

const logicalId = z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'a logical id has only letters and digits');

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), json).default({}),
  DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
  Metadata: json.optional(),
  DeletionPolicy: deletionPolicy.default('Delete'),
  UpdateReplacePolicy: deletionPolicy.default('Delete'),
});
export type ResourceDeclaration = z.output<typeof resource>;

const parameter = z.strictObject({
  Type: z.string(),
  Default: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  Description: z.string().optional(),
  NoEcho: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false),
  AllowedValues: z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  AllowedPattern: z.string().optional(),
  ConstraintDescription: z.string().optional(),
  MinLength: z.coerce.number().optional(),
  MaxLength: z.coerce.number().optional(),
  MinValue: z.coerce.number().optional(),
  MaxValue: z.coerce.number().optional(),
});
export type ParameterDeclaration = z.output<typeof parameter>;

const output = z.strictObject({
  Value: json,
  Description: z.string().optional(),
  Condition: z.string().optional(),
  Export: z.strictObject({ Name: json }).optional(),
});

const rule = z.strictObject({
  RuleCondition: json.optional(),
  Assertions: z.array(z.strictObject({ Assert: json, AssertDescription: z.string().optional() })),
});

const template = z.strictObject({
  AWSTemplateFormatVersion: z.literal('2010-09-09').optional(),
  Description: z.string().optional(),
  Metadata: json.optional(),
  Parameters: z.record(logicalId, parameter).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), json))).default({}),
  Conditions: z.record(z.string(), json).default({}),
  Rules: z.record(z.string(), rule).default({}),
  Resources: z.record(logicalId, resource),
  Outputs: z.record(logicalId, output).default({}),
});
/** A template's shape, with defaults filled in; intrinsic functions are still in place. */
export type Template = z.output<typeof template>;

/**
 * Checks the shape of a template as a whole. What it does not know (a section, a resource attribute such as
 * `CreationPolicy`, `Transform`) is refused, since leaving it out would build something else than was asked for.
 *
 * @throws TemplateError with every problem in it
 */
export function parseTemplate(source: unknown): Template {
  const parsed = template.safeParse(source);
  if (parsed.success) {
    return parsed.data;
  }
  const [first, ...rest] = toProblems(parsed.error, [], 'InvalidTemplate');
  throw first === undefined
    ? TemplateError.of('InvalidTemplate', '(template)', parsed.error.message)
    : new TemplateError([first, ...rest]);
}
