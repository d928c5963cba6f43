import { z } from 'zod';
import { TagMap } from '../protocol/input.ts';

/** Variables that Lambda sets itself and refuses to be given. Source: Lambda Developer Guide, "Defined runtime environment variables". */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

const Variables = z
  .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]+$/), z.string())
  .refine((variables) => !Object.keys(variables).some((name) => RESERVED.has(name)), {
    error: 'Lambda was unable to configure your environment variables because they contain reserved keys',
  });

const settings = {
  Runtime: z
    .string()
    .regex(
      /^nodejs(2[024])\.x$/,
      'the lab runs functions for nodejs20.x, nodejs22.x and nodejs24.x (on its own Node.js)',
    )
    .optional(),
  Role: z
    .string()
    .regex(/^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/.+$/, 'must be the ARN of a role')
    .optional(),
  Handler: z
    .string()
    .regex(/^[^\s.]+\.[^\s.]+$/, 'must be <file>.<export>')
    .optional(),
  Description: z.string().max(256).optional(),
  Timeout: z.number().int().min(1).max(900).optional(),
  MemorySize: z.number().int().min(128).max(10_240).optional(),
  Environment: z.strictObject({ Variables: Variables.optional() }).optional(),
  DeadLetterConfig: z.strictObject({ TargetArn: z.string().optional() }).optional(),
  LoggingConfig: z
    .strictObject({
      LogGroup: z.string().optional(),
      LogFormat: z.enum(['Text', 'JSON']).optional(),
      ApplicationLogLevel: z.string().optional(),
      SystemLogLevel: z.string().optional(),
    })
    .optional(),
  TracingConfig: z.strictObject({ Mode: z.enum(['Active', 'PassThrough']).optional() }).optional(),
  EphemeralStorage: z.strictObject({ Size: z.number().int().min(512).max(10_240) }).optional(),
  KMSKeyArn: z.string().optional(),
};

const architectures = z
  .array(z.enum(['arm64', 'x86_64']))
  .length(1)
  .optional();

export const CreateFunction = z.strictObject({
  ...settings,
  FunctionName: z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/),
  Runtime: settings.Runtime.unwrap(),
  Role: settings.Role.unwrap(),
  Handler: settings.Handler.unwrap(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string(), S3ObjectVersion: z.string().optional() }),
  Architectures: architectures,
  PackageType: z.literal('Zip').optional(),
  Publish: z.literal(false).optional(),
  Tags: TagMap.optional(),
});
export const UpdateConfiguration = z.strictObject({ ...settings, RevisionId: z.string().optional() });
export const UpdateCode = z.strictObject({
  S3Bucket: z.string(),
  S3Key: z.string(),
  S3ObjectVersion: z.string().optional(),
  Architectures: architectures,
  Publish: z.literal(false).optional(),
  DryRun: z.boolean().optional(),
  RevisionId: z.string().optional(),
});
export const AddPermission = z.strictObject({
  StatementId: z.string().regex(/^[a-zA-Z0-9-_]{1,100}$/),
  Action: z.string().regex(/^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});
const destination = z.strictObject({ Destination: z.string().optional() });
export const EventInvoke = z.strictObject({
  MaximumRetryAttempts: z.number().int().min(0).max(2).optional(),
  MaximumEventAgeInSeconds: z.number().int().min(60).max(21_600).optional(),
  DestinationConfig: z
    .strictObject({ OnSuccess: destination.optional(), OnFailure: destination.optional() })
    .optional(),
});
export const Concurrency = z.strictObject({ ReservedConcurrentExecutions: z.number().int().min(0) });
export const Tags = z.strictObject({ Tags: TagMap });

export type Settings = z.infer<typeof UpdateConfiguration>;
