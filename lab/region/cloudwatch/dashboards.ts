import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import type { JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext } from '../service.ts';

export interface Dashboard {
  readonly name: string;
  readonly arn: string;
  /** JSON, as it was put. */
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly tags: Map<string, string>;
}

export interface Dashboards {
  /** By name. */
  list(): readonly Dashboard[];
  find(name: string): Dashboard | undefined;
}

const name = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'only letters, digits, _ and - are allowed, at most 255');
const inputs = {
  put: z.strictObject({ DashboardName: name, DashboardBody: z.string(), Tags: TagList.default([]) }),
  get: z.strictObject({ DashboardName: name }),
  list: z.strictObject({ DashboardNamePrefix: name.optional(), NextToken: z.string().optional() }),
  remove: z.strictObject({ DashboardNames: z.array(name).min(1).max(100) }),
};

/** What every widget has; its properties are its own. The grid has 24 columns. */
const Body = z.looseObject({
  widgets: z
    .array(
      z.looseObject({
        type: z.enum(['alarm', 'custom', 'explorer', 'log', 'metric', 'text']),
        x: z.number().int().min(0).max(23).optional(),
        y: z.number().int().min(0).optional(),
        width: z.number().int().min(1).max(24).optional(),
        height: z.number().int().min(1).max(1000).optional(),
        properties: z.looseObject({}),
      }),
    )
    .max(500),
});

/** Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
export function createDashboards(context: RegionContext): {
  readonly dashboards: Dashboards;
  readonly operations: Readonly<Record<string, JsonOperation>>;
} {
  const kept = new Map<string, Dashboard>();
  const list = (): Dashboard[] => [...kept.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

  function mustFind(wanted: string): Dashboard {
    const found = kept.get(wanted);
    if (found === undefined) {
      throw new ServiceError('ResourceNotFound', `Dashboard ${wanted} does not exist`, 404);
    }
    return found;
  }

  const operations: Record<string, JsonOperation> = {
    PutDashboard(input) {
      const { DashboardName, DashboardBody, Tags } = parseInput(inputs.put, input, 'InvalidParameterInput');
      checkBody(DashboardBody);
      // Dashboards belong to the account, not to a Region.
      const arn = `arn:aws:cloudwatch::${context.account}:dashboard/${DashboardName}`;
      // Those of one that is there are changed by TagResource.
      const tags = kept.get(DashboardName)?.tags ?? new Map(Tags.map(({ Key, Value }) => [Key, Value]));
      const modifiedAt = context.clock.now();
      kept.set(DashboardName, { name: DashboardName, arn, body: DashboardBody, modifiedAt, tags });
      return { DashboardValidationMessages: [] };
    },
    GetDashboard(input) {
      const { arn, body, name: found } = mustFind(parseInput(inputs.get, input).DashboardName);
      return { DashboardArn: arn, DashboardBody: body, DashboardName: found };
    },
    ListDashboards(input) {
      const { DashboardNamePrefix = '' } = parseInput(inputs.list, input);
      const found = list().filter((one) => one.name.startsWith(DashboardNamePrefix));
      return {
        DashboardEntries: found.map((one) => ({
          DashboardName: one.name,
          DashboardArn: one.arn,
          LastModified: one.modifiedAt / 1000,
          Size: Buffer.byteLength(one.body),
        })),
      };
    },
    DeleteDashboards(input) {
      const { DashboardNames } = parseInput(inputs.remove, input);
      // All of them, or none.
      for (const wanted of DashboardNames) mustFind(wanted);
      for (const wanted of DashboardNames) kept.delete(wanted);
      return {};
    },
  };
  return { dashboards: { list, find: (wanted) => kept.get(wanted) }, operations };
}

function checkBody(text: string): void {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ServiceError('InvalidParameterInput', 'The field DashboardBody must be a valid JSON object');
  }
  const result = Body.safeParse(body);
  if (!result.success) {
    throw new ServiceError('InvalidParameterInput', `The dashboard body is invalid: ${z.prettifyError(result.error)}`);
  }
}
