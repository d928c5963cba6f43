import { z } from 'zod';
import { parseInput, TagMap } from '../protocol/input.ts';
import { jsonService } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service } from '../service.ts';
import { type LogGroup, LogStore } from './log-store.ts';

export interface LogsService extends Service {
  readonly store: LogStore;
}

const group = { logGroupName: z.string().min(1).max(512) };
const inputs = {
  create: z.strictObject({
    ...group,
    tags: TagMap.optional(),
    logGroupClass: z.enum(['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']).optional(),
    kmsKeyId: z.string().optional(),
    deletionProtectionEnabled: z.boolean().optional(),
  }),
  only: z.strictObject(group),
  retention: z.strictObject({ ...group, retentionInDays: z.number().int().positive() }),
  describe: z.strictObject({
    logGroupNamePrefix: z.string().optional(),
    limit: z.number().optional(),
    nextToken: z.string().optional(),
  }),
  filter: z.strictObject({
    ...group,
    startTime: z.number().optional(),
    endTime: z.number().optional(),
    limit: z.number().int().min(1).max(10_000).default(10_000),
    nextToken: z.string().optional(),
    interleaved: z.boolean().optional(),
  }),
  tag: z.strictObject({ resourceArn: z.string(), tags: TagMap }),
  untag: z.strictObject({ resourceArn: z.string(), tagKeys: z.array(z.string()) }),
  arn: z.strictObject({ resourceArn: z.string() }),
};

/** CloudWatch Logs: log groups and what the functions wrote. */
export function createLogsService(context: RegionContext): LogsService {
  const store = new LogStore(context.clock);
  const arn = (name: string): string => `arn:aws:logs:${context.region}:${context.account}:log-group:${name}`;

  function mustFind(name: string): LogGroup {
    const found = store.find(name);
    if (found === undefined) {
      throw new ServiceError('ResourceNotFoundException', `The specified log group does not exist: ${name}`);
    }
    return found;
  }
  const byArn = (text: string): LogGroup => mustFind(text.replace(/^arn:.*:log-group:/, '').replace(/:\*$/, ''));

  const service = jsonService({
    name: 'logs',
    version: '1.1',
    context,
    operations: {
      CreateLogGroup(input) {
        const request = parseInput(inputs.create, input);
        if (store.find(request.logGroupName) !== undefined) {
          throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
        }
        const created = store.ensure(request.logGroupName);
        for (const [key, value] of Object.entries(request.tags ?? {})) created.tags.set(key, value);
        return undefined;
      },
      DeleteLogGroup(input) {
        store.remove(mustFind(parseInput(inputs.only, input).logGroupName).name);
        return undefined;
      },
      PutRetentionPolicy(input) {
        const request = parseInput(inputs.retention, input);
        mustFind(request.logGroupName).retentionDays = request.retentionInDays;
        return undefined;
      },
      DeleteRetentionPolicy(input) {
        mustFind(parseInput(inputs.only, input).logGroupName).retentionDays = undefined;
        return undefined;
      },
      DescribeLogGroups(input) {
        const { logGroupNamePrefix = '' } = parseInput(inputs.describe, input);
        const found = store.list().filter((candidate) => candidate.name.startsWith(logGroupNamePrefix));
        return {
          logGroups: found.map((each) => ({
            logGroupName: each.name,
            arn: `${arn(each.name)}:*`,
            logGroupArn: arn(each.name),
            creationTime: each.createdAt,
            retentionInDays: each.retentionDays,
            storedBytes: each.lines.reduce((sum, line) => sum + line.message.length, 0),
          })),
        };
      },
      FilterLogEvents(input) {
        const request = parseInput(inputs.filter, input);
        const { lines } = mustFind(request.logGroupName);
        const from = Number(request.nextToken ?? 0);
        const matching = lines.filter(
          (line) =>
            line.number > from &&
            line.at >= (request.startTime ?? 0) &&
            line.at < (request.endTime ?? Number.POSITIVE_INFINITY),
        );
        const page = matching.slice(0, request.limit);
        const last = page.at(-1);
        return {
          events: page.map((line) => ({
            timestamp: line.at,
            ingestionTime: line.at,
            message: line.message,
            logStreamName: line.stream,
            eventId: String(line.number).padStart(20, '0'),
          })),
          ...(last !== undefined && page.length < matching.length ? { nextToken: String(last.number) } : {}),
        };
      },
      TagResource(input) {
        const request = parseInput(inputs.tag, input);
        const { tags } = byArn(request.resourceArn);
        for (const [key, value] of Object.entries(request.tags)) tags.set(key, value);
        return undefined;
      },
      UntagResource(input) {
        const request = parseInput(inputs.untag, input);
        const { tags } = byArn(request.resourceArn);
        for (const key of request.tagKeys) tags.delete(key);
        return undefined;
      },
      ListTagsForResource: (input) => ({
        tags: Object.fromEntries(byArn(parseInput(inputs.arn, input).resourceArn).tags),
      }),
    },
  });
  return { ...service, store };
}
