import { members, type QueryInput, tagMembers } from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { StackRecord, Target } from './record.ts';
import { templateOf } from './template-text.ts';

/**
 * What a request asks a stack to become. What it leaves out is taken over from the stack as it is.
 * Source: CreateChangeSet and UpdateStack of the CloudFormation API.
 *
 * @throws ServiceError `ValidationError`
 */
export function targetOf(input: QueryInput, buckets: Buckets, record: StackRecord | undefined): Target {
  const former = record?.target;
  const sent = templateOf(input, buckets);
  const template = sent ?? (input.get('UsePreviousTemplate') === 'true' ? former?.template : undefined);
  if (template === undefined) {
    throw new ServiceError('ValidationError', 'Either Template URL or Template Body must be specified.');
  }
  const tags = tagMembers(input);
  const arns = members(input, 'NotificationARNs');
  return {
    template,
    parameters: parametersOf(input, former?.parameters ?? {}),
    tags: tags.length === 0 && former !== undefined ? former.tags : Object.fromEntries(tags),
    capabilities: members(input, 'Capabilities'),
    notificationArns: arns.length === 0 ? (former?.notificationArns ?? []) : arns,
    roleArn: input.get('RoleARN') ?? former?.roleArn,
  };
}

function parametersOf(input: QueryInput, former: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let index = 1; ; index += 1) {
    const at = `Parameters.member.${index}`;
    const key = input.get(`${at}.ParameterKey`);
    if (key === undefined) return found;
    const previous = input.get(`${at}.UsePreviousValue`) === 'true';
    const value = previous ? former[key] : input.get(`${at}.ParameterValue`);
    // A previous value that is the template's own default is left to the template.
    if (value !== undefined) found[key] = value;
    else if (!previous) throw new ServiceError('ValidationError', `Parameter ${key} has no value`);
  }
}

/** Source: "Acknowledging IAM resources in CloudFormation templates". */
const NAMED_IAM: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
};

/** @throws ServiceError `InsufficientCapabilities`, as CloudFormation answers for IAM resources that were not acknowledged */
export function checkCapabilities(
  { capabilities }: Target,
  resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>,
): void {
  const iam = Object.values(resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const named = iam.some(({ Type, Properties }) => (NAMED_IAM[Type] ?? '') in Properties);
  const enough = named ? ['CAPABILITY_NAMED_IAM'] : ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];
  if (iam.length > 0 && !enough.some((capability) => capabilities.includes(capability))) {
    throw new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${enough[0]}]`);
  }
}
