import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import { parseJsonObject, targetOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service, ServiceRequest, ServiceResponse } from '../service.ts';
import { createExtras } from './extras.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from './local.ts';

export interface DynamoDbService extends Service {
  /** Starts DynamoDB Local now instead of at the first request. @throws DynamoDbLocalError */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The prefix of every ARN that DynamoDB Local gives out, whatever the Region and account. */
const LOCAL_ARN = 'arn:aws:dynamodb:ddblocal:000000000000:';

/** Operations whose answer describes a table (and holds no item): its ARN is put right. */
const DESCRIBING = new Set(['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable']);

const TableAnswer = z.object({ TableDescription: z.object({ TableName: z.string() }) });

/** DynamoDB: every request goes unchanged to Amazon's DynamoDB Local, one process a lab; what that lacks is answered here. */
export function createDynamoDbService(
  context: RegionContext,
  startLocal: () => Promise<DynamoDbLocal> = startDynamoDbLocal,
): DynamoDbService {
  let starting: Promise<DynamoDbLocal> | undefined;
  const local = (): Promise<DynamoDbLocal> => {
    starting ??= startLocal();
    return starting;
  };
  const extras = createExtras(context, tableExists);
  const arnPrefix = `arn:aws:dynamodb:${context.region}:${context.account}:`;

  async function forward(request: ServiceRequest): Promise<ServiceResponse> {
    const { endpoint } = await local();
    const response = await fetch(endpoint + request.path, {
      method: 'POST',
      headers: passedHeaders(request.headers),
      body: request.body,
    });
    const type = response.headers.get('content-type') ?? 'application/x-amz-json-1.0';
    return { status: response.status, headers: { 'content-type': type }, body: await response.text() };
  }

  async function tableExists(table: string): Promise<boolean> {
    const response = await forward({
      method: 'POST',
      path: '/',
      query: {},
      headers: { ...SELF, 'x-amz-target': 'DynamoDB_20120810.DescribeTable' },
      body: JSON.stringify({ TableName: table }),
    });
    return response.status === 200;
  }

  async function answer(action: string, request: ServiceRequest): Promise<ServiceResponse> {
    const own = extras.operations[action];
    if (own !== undefined) {
      const body = await own(parseJsonObject(request.body));
      return { status: 200, headers: JSON_1_0, body: body === undefined ? '' : JSON.stringify(body) };
    }
    const response = await forward(request);
    if (!DESCRIBING.has(action)) return response;
    if (response.status === 200) remember(action, request, response);
    return { ...response, body: response.body.replaceAll(LOCAL_ARN, arnPrefix) };
  }

  function remember(action: string, request: ServiceRequest, response: ServiceResponse): void {
    if (action !== 'CreateTable' && action !== 'DeleteTable') return;
    const table = TableAnswer.parse(JSON.parse(response.body)).TableDescription.TableName;
    if (action === 'DeleteTable') extras.forget(table);
    else extras.tagged(table, parseInput(TagList, parseJsonObject(request.body)['Tags'] ?? []));
  }

  return {
    names: ['dynamodb'],
    async start() {
      await local();
    },
    async stop() {
      await (await starting)?.stop();
      starting = undefined;
    },
    async handle(request) {
      const action = targetOperation(request);
      let error: string | undefined;
      try {
        const response = await answer(action, request);
        if (response.status >= 400) error = errorCode(response.body);
        return response;
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
        error = thrown.code;
        const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${error}`, message: thrown.message });
        return { status: thrown.status, headers: JSON_1_0, body };
      } finally {
        context.called({ service: 'dynamodb', action, error });
      }
    },
  };
}

const JSON_1_0 = { 'content-type': 'application/x-amz-json-1.0' };

/** DynamoDB Local wants a signature's form, but checks none. */
const SELF = {
  'content-type': 'application/x-amz-json-1.0',
  authorization:
    'AWS4-HMAC-SHA256 Credential=LAB/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

function passedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']) {
    const value = headers[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

function errorCode(body: string): string {
  const type = parseJsonObject(body)['__type'];
  return typeof type === 'string' ? type.slice(type.lastIndexOf('#') + 1) : 'UnknownError';
}
