import { z } from 'zod';

interface Publisher {
  /** E.g. `cloudwatch.amazonaws.com`. */
  readonly service: string;
  readonly sourceArn: string;
  /** Of the source. */
  readonly account: string;
}

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([
    z.literal('*').transform((all): { AWS: string[]; Service: string[] } => ({ AWS: [all], Service: [] })),
    z.object({ AWS: texts.default([]), Service: texts.default([]) }),
  ]),
  Action: texts,
  Resource: texts,
  Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
});
const Policy = z.object({ Statement: z.array(Statement) });

/**
 * May an AWS service publish to a topic for one of its resources? Without a policy of its own a topic takes what comes from its
 * own account; whoever gives it one has to allow the service by name: that of a topic which only refuses plain HTTP
 * lets no alarm through.
 * Source: https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
 */
export function allowsService(policy: string | undefined, publisher: Publisher, topicArn: string): boolean {
  if (policy === undefined) return true;
  const { Statement: statements } = Policy.parse(JSON.parse(policy));
  const matching = statements.filter(
    ({ Principal, Action, Resource, Condition }) =>
      (Principal.Service.includes(publisher.service) || Principal.AWS.includes('*')) &&
      Action.some((action) => /^(sns:(publish|\*)|\*)$/i.test(action)) &&
      Resource.some((resource) => pattern(resource).test(topicArn)) &&
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, factOf(key, publisher))),
      ),
  );
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

/** Of keys that the lab does not know there is no value, so that a condition on them is not met. */
function factOf(key: string, { sourceArn, account }: Publisher): string | undefined {
  switch (key.toLowerCase()) {
    case 'aws:sourcearn':
      return sourceArn;
    case 'aws:sourceaccount':
    case 'aws:sourceowner':
      return account;
    case 'aws:securetransport':
      return 'true';
    default:
      return undefined;
  }
}

function holds(operator: string, wanted: readonly string[], fact: string | undefined): boolean {
  if (fact === undefined) return false;
  switch (operator) {
    case 'StringEquals':
    case 'ArnEquals':
    case 'Bool':
      return wanted.includes(fact);
    case 'StringLike':
    case 'ArnLike':
      return wanted.some((one) => pattern(one).test(fact));
    default:
      return false;
  }
}

function pattern(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
