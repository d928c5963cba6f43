import { z } from 'zod';
import { parseJsonObject } from '../protocol/json-service.ts';
import type { SsmWorld } from '../ssm/store.ts';
import { anywhere, arn, type Check, type Context, requestTags, resourceTags } from './check.ts';

const Tags = z.array(z.object({ Key: z.string(), Value: z.string() })).catch([]);

/** What is read of a request; what is wrong with it is for the service to say. */
const Request = z.object({
  DocumentName: z.string().catch(''),
  InstanceIds: z.array(z.string()).catch([]),
  Targets: z.array(z.unknown()).catch([]),
  Name: z.string().optional().catch(undefined),
  Names: z.array(z.string()).catch([]),
  Path: z.string().optional().catch(undefined),
  Overwrite: z.boolean().catch(false),
  Tags,
});
type Request = z.infer<typeof Request>;

/** Actions that are judged by the parameters that they name. */
const ON_PARAMETERS = new Set([
  'DeleteParameter',
  'DeleteParameters',
  'GetParameter',
  'GetParameterHistory',
  'GetParameters',
  'GetParametersByPath',
]);

/** Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export function ssmChecks(world: SsmWorld, action: string, body: string): readonly Check[] {
  const request = Request.parse(parseJsonObject(body));
  if (action === 'SendCommand') return commandChecks(world, request);
  if (action === 'PutParameter') return [putCheck(world, request)];
  if (!ON_PARAMETERS.has(action)) return [anywhere(`ssm:${action}`)];
  const names = [request.Name, request.Path, ...request.Names].filter((name) => name !== undefined);
  return names.map((name) => parameterCheck(world, `ssm:${action}`, name));
}

/** Judged by the document and by every machine. Those of a target aren't known yet: it is judged as machines without tags. */
function commandChecks(world: SsmWorld, { DocumentName, InstanceIds, Targets }: Request): Check[] {
  const action = 'ssm:SendCommand';
  const owner = DocumentName.startsWith('AWS-') ? { ...world.context, account: '' } : world.context;
  const document = DocumentName.startsWith('arn:') ? DocumentName : arn(owner, 'ssm', `document/${DocumentName}`);
  const machines = Targets.length > 0 ? ['*'] : InstanceIds;
  return [
    { action, resource: document, context: {} },
    ...machines.map((id) => ({
      action,
      resource: arn(world.context, 'ec2', `instance/${id}`),
      context: resourceTags(world.directory.find(id)?.tags ?? new Map(), 'ssm:resourceTag'),
    })),
  ];
}

function putCheck(world: SsmWorld, request: Request): Check {
  const tags = new Map(request.Tags.map(({ Key, Value }) => [Key, Value]));
  const context = { 'ssm:Overwrite': String(request.Overwrite), ...requestTags(tags) };
  return parameterCheck(world, 'ssm:PutParameter', request.Name ?? '', context);
}

/** @param name by itself, with a version behind a colon, or as an ARN */
export function parameterCheck(world: SsmWorld, action: string, name: string, context: Context = {}): Check {
  const plain = name.replace(/^arn:[^/]*:parameter(?=\/)/, '').split(':')[0] ?? '';
  // AWS's own parameters belong to no account.
  const owner = plain.startsWith('/aws/') ? { ...world.context, account: '' } : world.context;
  const tags = world.parameters.get(plain)?.tags ?? new Map();
  return {
    action,
    resource: arn(owner, 'ssm', `parameter/${plain.replace(/^\//, '')}`),
    context: action === 'ssm:PutParameter' ? context : { ...resourceTags(tags), ...context },
  };
}
