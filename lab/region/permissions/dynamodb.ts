import { z } from 'zod';
import { parseJsonObject } from '../protocol/json-service.ts';
import type { RegionContext } from '../service.ts';
import { anywhere, arn, type Check } from './check.ts';

const Table = z.object({ TableName: z.string() });
const Request = z.object({
  TableName: z.string().optional().catch(undefined),
  IndexName: z.string().optional().catch(undefined),
  RequestItems: z.record(z.string(), z.unknown()).catch({}),
  TransactItems: z.array(z.record(z.string(), Table)).catch([]),
});

/** The parts of a transaction are judged one by one, as the actions that they stand for. */
const PARTS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/**
 * Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html, and for
 * transactions https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function dynamodbChecks(context: RegionContext, action: string, body: string): readonly Check[] {
  const request = Request.parse(parseJsonObject(body));
  const check = (name: string, table: string, index?: string): Check => {
    const own = table.startsWith('arn:') ? table : arn(context, 'dynamodb', `table/${table}`);
    const resource = index === undefined ? own : `${own}/index/${index}`;
    return { action: `dynamodb:${name}`, resource, context: {} };
  };
  if (request.TransactItems.length > 0) {
    return request.TransactItems.flatMap((item) =>
      Object.entries(item).map(([part, { TableName }]) => check(PARTS[part] ?? part, TableName)),
    );
  }
  const tables = Object.keys(request.RequestItems);
  if (tables.length > 0) return tables.map((table) => check(action, table));
  if (request.TableName === undefined) return [anywhere(`dynamodb:${action}`)];
  return [check(action, request.TableName, request.IndexName)];
}
