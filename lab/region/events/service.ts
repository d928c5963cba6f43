import { uuid } from '../ids.ts';
import { parseInput } from '../protocol/input.ts';
import { type JsonOperation, jsonService } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { BusEvent, Service } from '../service.ts';
import { Bus, type BusOptions, type LostEvent } from './bus.ts';
import * as inputs from './inputs.ts';
import { compilePattern } from './pattern.ts';
import { DEFAULT_RETRY, type Rule, type Target, type TargetInput } from './rule.ts';
import { schedulePeriod } from './schedule.ts';
import { ruleShape, targetShape } from './shapes.ts';

export interface EventsService extends Service {
  /** Hands an event of the Region to the rules. */
  publish(event: BusEvent): void;
  /** Events that reached no target and had no dead-letter queue, oldest first. */
  readonly lost: readonly LostEvent[];
  stop(): void;
}

/** EventBridge: rules on the default bus, by pattern and by schedule, to functions and queues. */
export function createEventsService(options: BusOptions): EventsService {
  const { context } = options;
  const bus = new Bus(options);

  function mustFind(name: string): Rule {
    const rule = bus.find(name);
    if (rule === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
    }
    return rule;
  }
  const byArn = (arn: string): Rule => mustFind(arn.slice(arn.lastIndexOf('/') + 1));
  const setState = (input: unknown, state: Rule['state']): undefined => {
    bus.put({ ...mustFind(parseInput(inputs.OnlyName, input).Name), state });
  };

  const operations: Record<string, JsonOperation> = {
    PutRule(input) {
      const request = parseInput(inputs.PutRule, input);
      if (request.EventPattern === undefined && request.ScheduleExpression === undefined) {
        throw new ServiceError(
          'ValidationException',
          'Parameter(s) EventPattern or ScheduleExpression must be specified.',
        );
      }
      const before = bus.find(request.Name);
      const rule: Rule = {
        name: request.Name,
        arn: `arn:aws:events:${context.region}:${context.account}:rule/${request.Name}`,
        description: request.Description,
        roleArn: request.RoleArn,
        state: request.State ?? 'ENABLED',
        pattern: patternOf(request.EventPattern),
        schedule: scheduleOf(request.ScheduleExpression),
        targets: before?.targets ?? new Map(),
        tags: before?.tags ?? new Map((request.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
      };
      bus.put(rule);
      return { RuleArn: rule.arn };
    },
    DescribeRule: (input) => ruleShape(mustFind(parseInput(inputs.OnlyName, input).Name)),
    ListRules(input) {
      const { NamePrefix = '' } = parseInput(inputs.ListRules, input);
      return {
        Rules: bus
          .rules()
          .filter((rule) => rule.name.startsWith(NamePrefix))
          .map(ruleShape),
      };
    },
    EnableRule: (input) => setState(input, 'ENABLED'),
    DisableRule: (input) => setState(input, 'DISABLED'),
    DeleteRule(input) {
      const { Name } = parseInput(inputs.OnlyName, input);
      const targets = bus.find(Name)?.targets.size ?? 0;
      if (targets > 0) throw new ServiceError('ValidationException', "Rule can't be deleted since it has targets.");
      bus.remove(Name);
      return undefined;
    },
    PutTargets(input) {
      const request = parseInput(inputs.PutTargets, input);
      const rule = mustFind(request.Rule);
      const targets = new Map(rule.targets);
      for (const entry of request.Targets) targets.set(entry.Id, targetOf(entry));
      if (targets.size > 5) {
        throw new ServiceError(
          'LimitExceededException',
          `rule ${rule.name} would have ${targets.size} targets; at most 5 are allowed`,
        );
      }
      bus.put({ ...rule, targets });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets(input) {
      const request = parseInput(inputs.RemoveTargets, input);
      const rule = mustFind(request.Rule);
      const targets = new Map(rule.targets);
      const missing = request.Ids.filter((id) => !targets.delete(id));
      bus.put({ ...rule, targets });
      return {
        FailedEntryCount: missing.length,
        FailedEntries: missing.map((id) => ({
          TargetId: id,
          ErrorCode: 'ResourceNotFoundException',
          ErrorMessage: `Target ${id} does not exist on rule ${rule.name}.`,
        })),
      };
    },
    ListTargetsByRule(input) {
      const { targets } = mustFind(parseInput(inputs.ListTargets, input).Rule);
      return { Targets: [...targets.values()].map(targetShape) };
    },
    PutEvents(input) {
      const { Entries } = parseInput(inputs.PutEvents, input);
      const results = Entries.map((entry) => {
        const detail = parseDetail(entry.Detail);
        if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
        context.emit({ source: entry.Source, 'detail-type': entry.DetailType, resources: entry.Resources, detail });
        return { EventId: uuid(context.random) };
      });
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
    },
    TestEventPattern(input) {
      const request = parseInput(inputs.TestPattern, input);
      return { Result: compilePattern(request.EventPattern)(parseDetail(request.Event)) };
    },
    TagResource(input) {
      const request = parseInput(inputs.Tag, input);
      const rule = byArn(request.ResourceARN);
      bus.put({
        ...rule,
        tags: new Map([...rule.tags, ...request.Tags.map(({ Key, Value }) => [Key, Value] as const)]),
      });
      return {};
    },
    UntagResource(input) {
      const request = parseInput(inputs.Untag, input);
      const rule = byArn(request.ResourceARN);
      bus.put({ ...rule, tags: new Map([...rule.tags].filter(([key]) => !request.TagKeys.includes(key))) });
      return {};
    },
    ListTagsForResource(input) {
      const { tags } = byArn(parseInput(inputs.ListTags, input).ResourceARN);
      return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };

  return {
    ...jsonService({ name: 'events', version: '1.1', context, operations }),
    publish: (event) => bus.publish(event),
    lost: bus.lost,
    stop: () => bus.stop(),
  };
}

function patternOf(text: string | undefined): Rule['pattern'] {
  return text === undefined ? undefined : { text, matches: compilePattern(text) };
}

function scheduleOf(text: string | undefined): Rule['schedule'] {
  return text === undefined ? undefined : { text, periodMs: schedulePeriod(text) };
}

function targetOf(entry: inputs.TargetEntry): Target {
  const service = entry.Arn.split(':')[2] ?? '';
  if (service !== 'lambda' && service !== 'sqs') {
    throw new ServiceError(
      'ValidationException',
      `Provided Arn ${entry.Arn} of target ${entry.Id} is not supported: the lab delivers to Lambda functions and SQS queues`,
    );
  }
  return {
    id: entry.Id,
    arn: entry.Arn,
    input: inputOf(entry),
    maximumRetryAttempts: entry.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_RETRY.attempts,
    maximumAgeSeconds: entry.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_RETRY.ageSeconds,
    deadLetterArn: entry.DeadLetterConfig?.Arn,
  };
}

function inputOf(entry: inputs.TargetEntry): TargetInput {
  const { Input, InputPath, InputTransformer } = entry;
  const given = [Input, InputPath, InputTransformer].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw new ServiceError(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${entry.Id}.`,
    );
  }
  if (Input !== undefined) {
    if (parseDetail(Input) === undefined)
      throw new ServiceError('ValidationException', `Input of target ${entry.Id} is no JSON`);
    return { kind: 'constant', text: Input };
  }
  if (InputPath !== undefined) return { kind: 'path', path: InputPath };
  if (InputTransformer === undefined) return { kind: 'event' };
  return { kind: 'transformer', paths: InputTransformer.InputPathsMap ?? {}, template: InputTransformer.InputTemplate };
}

/** `undefined` when it is no JSON (which has no `undefined` of its own). */
function parseDetail(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
