import type { EventInvokeConfig, LambdaFunction, Permission } from './function.ts';
import type { Registered } from './registry.ts';

/** `FunctionConfiguration` of the Lambda API. */
export function configurationShape(fn: LambdaFunction): Record<string, unknown> {
  return {
    FunctionName: fn.name,
    FunctionArn: fn.arn,
    Runtime: fn.runtime,
    Role: fn.roleArn,
    Handler: fn.handler,
    CodeSize: 0,
    CodeSha256: Buffer.from(fn.code.key).toString('base64'),
    Description: fn.description,
    Timeout: fn.timeoutSeconds,
    MemorySize: fn.memoryMb,
    LastModified: new Date(fn.modifiedAt).toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    Environment: { Variables: fn.environment },
    ...(fn.deadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: fn.deadLetterArn } }),
    TracingConfig: { Mode: 'PassThrough' },
    EphemeralStorage: { Size: 512 },
    ...fn.kept,
    LoggingConfig: { LogFormat: 'Text', ...asObject(fn.kept['LoggingConfig']), LogGroup: fn.logGroup },
    RevisionId: fn.revision,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: fn.architectures,
  };
}

export function functionShape({ function: fn, extras }: Registered): Record<string, unknown> {
  return {
    Configuration: configurationShape(fn),
    Code: { RepositoryType: 'S3', Location: `s3://${fn.code.bucket}/${fn.code.key}` },
    Tags: Object.fromEntries(extras.tags),
    ...(extras.reservedConcurrency === undefined
      ? {}
      : { Concurrency: { ReservedConcurrentExecutions: extras.reservedConcurrency } }),
  };
}

export function eventInvokeShape(fn: LambdaFunction, config: EventInvokeConfig): Record<string, unknown> {
  const destination = (arn: string | undefined): Record<string, string> =>
    arn === undefined ? {} : { Destination: arn };
  return {
    FunctionArn: `${fn.arn}:$LATEST`,
    LastModified: config.modifiedAt / 1000,
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
    DestinationConfig: { OnSuccess: destination(config.onSuccess), OnFailure: destination(config.onFailure) },
  };
}

/** A statement of the function's resource policy. */
export function statementShape(fn: LambdaFunction, permission: Permission): Record<string, unknown> {
  const { principal, sourceArn, sourceAccount } = permission;
  return {
    Sid: permission.sid,
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: permission.action,
    Resource: fn.arn,
    Condition: {
      ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
      ...(sourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
    },
  };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
