import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import type { JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext } from '../service.ts';

/** The operations that DynamoDB Local lacks (it answers `UnknownOperationException` to each; tried with 3.3.0). */
export interface Extras {
  readonly operations: Readonly<Record<string, JsonOperation>>;
  /** Tags given to CreateTable, which DynamoDB Local forgets. */
  tagged(arn: string, tags: TagList): void;
  /** The table is gone, and what was kept about it. */
  forget(table: string): void;
}

const Backups = z.strictObject({
  TableName: z.string(),
  PointInTimeRecoverySpecification: z.strictObject({
    PointInTimeRecoveryEnabled: z.boolean(),
    RecoveryPeriodInDays: z.number().int().min(1).max(35).default(35),
  }),
});
const TableOnly = z.strictObject({ TableName: z.string() });
const Tag = z.strictObject({ ResourceArn: z.string(), Tags: TagList });
const Untag = z.strictObject({ ResourceArn: z.string(), TagKeys: z.array(z.string()) });
const ListTags = z.strictObject({ ResourceArn: z.string(), NextToken: z.string().optional() });

interface Recovery {
  readonly enabledAt: number;
  readonly days: number;
}

/**
 * Point-in-time recovery and tags, as settings that can be read back. Nothing is backed up: the table lives in memory.
 *
 * @param exists asks DynamoDB Local whether the table is there.
 */
export function createExtras(context: RegionContext, exists: (table: string) => Promise<boolean>): Extras {
  const recovery = new Map<string, Recovery>();
  const tags = new Map<string, Map<string, string>>();

  async function mustExist(table: string): Promise<void> {
    if (await exists(table)) return;
    throw new ServiceError('TableNotFoundException', `Table not found: ${table}`);
  }

  async function tagsOf(arn: string): Promise<Map<string, string>> {
    const table = tableOf(arn);
    if (!(await exists(table))) {
      throw new ServiceError('ResourceNotFoundException', `Requested resource not found: ${arn}`);
    }
    return tags.get(table) ?? new Map();
  }

  function describe(table: string): Record<string, unknown> {
    const found = recovery.get(table);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription:
          found === undefined
            ? { PointInTimeRecoveryStatus: 'DISABLED' }
            : {
                PointInTimeRecoveryStatus: 'ENABLED',
                RecoveryPeriodInDays: found.days,
                EarliestRestorableDateTime: found.enabledAt / 1000,
                LatestRestorableDateTime: context.clock.now() / 1000,
              },
      },
    };
  }

  return {
    operations: {
      async UpdateContinuousBackups(input) {
        const { TableName, PointInTimeRecoverySpecification: wanted } = parseInput(Backups, input);
        await mustExist(TableName);
        if (!wanted.PointInTimeRecoveryEnabled) recovery.delete(TableName);
        else {
          const enabledAt = recovery.get(TableName)?.enabledAt ?? context.clock.now();
          recovery.set(TableName, { enabledAt, days: wanted.RecoveryPeriodInDays });
        }
        return describe(TableName);
      },
      async DescribeContinuousBackups(input) {
        const { TableName } = parseInput(TableOnly, input);
        await mustExist(TableName);
        return describe(TableName);
      },
      async TagResource(input) {
        const request = parseInput(Tag, input);
        const kept = await tagsOf(request.ResourceArn);
        for (const { Key, Value } of request.Tags) kept.set(Key, Value);
        tags.set(tableOf(request.ResourceArn), kept);
        return undefined;
      },
      async UntagResource(input) {
        const request = parseInput(Untag, input);
        const kept = await tagsOf(request.ResourceArn);
        for (const key of request.TagKeys) kept.delete(key);
        return undefined;
      },
      async ListTagsOfResource(input) {
        const kept = await tagsOf(parseInput(ListTags, input).ResourceArn);
        return { Tags: [...kept].map(([Key, Value]) => ({ Key, Value })) };
      },
    },
    tagged(table, list) {
      tags.set(table, new Map(list.map(({ Key, Value }) => [Key, Value])));
    },
    forget(table) {
      recovery.delete(table);
      tags.delete(table);
    },
  };
}

function tableOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
