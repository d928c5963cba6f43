import { DEFAULT_RETRY, type Rule, type Target, type TargetInput } from './rule.ts';

export function ruleShape(rule: Rule): Record<string, unknown> {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.state,
    EventBusName: 'default',
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...(rule.roleArn === undefined ? {} : { RoleArn: rule.roleArn }),
    ...(rule.pattern === undefined ? {} : { EventPattern: rule.pattern.text }),
    ...(rule.schedule === undefined ? {} : { ScheduleExpression: rule.schedule.text }),
  };
}

export function targetShape(target: Target): Record<string, unknown> {
  const { maximumRetryAttempts, maximumAgeSeconds, deadLetterArn } = target;
  const retries = maximumRetryAttempts !== DEFAULT_RETRY.attempts || maximumAgeSeconds !== DEFAULT_RETRY.ageSeconds;
  return {
    Id: target.id,
    Arn: target.arn,
    ...inputShape(target.input),
    ...(retries
      ? { RetryPolicy: { MaximumRetryAttempts: maximumRetryAttempts, MaximumEventAgeInSeconds: maximumAgeSeconds } }
      : {}),
    ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
  };
}

function inputShape(input: TargetInput): Record<string, unknown> {
  switch (input.kind) {
    case 'event':
      return {};
    case 'constant':
      return { Input: input.text };
    case 'path':
      return { InputPath: input.path };
    case 'transformer':
      return { InputTransformer: { InputPathsMap: input.paths, InputTemplate: input.template } };
  }
}
