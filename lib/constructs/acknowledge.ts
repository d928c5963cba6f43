import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A resource with a `*` in it that a policy names, and why AWS lets nothing narrower be said. */
export interface Wildcard {
  /** As the statement has it, e.g. `*` or an ARN. */
  readonly resource: string;
  readonly reason: string;
}

/**
 * Answers a finding of cdk-nag's AwsSolutions pack about one resource. Whoever has another pack, or none, sees nothing of it: it
 * is metadata of the construct, and not in the template.
 *
 * @param rule e.g. `AwsSolutions-VPC7`
 */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::${rule}`, reason });
}

/** Answers cdk-nag's findings about wildcards in the policies of a role: each resource by itself. */
export function acknowledgeWildcards(role: IConstruct, wildcards: readonly Wildcard[]): void {
  for (const { resource, reason } of wildcards) {
    acknowledge(role, `AwsSolutions-IAM5[Resource::${flat(Stack.of(role).resolve(resource))}]`, reason);
  }
}

/** A resolved value as cdk-nag writes it in a finding's id: references in angle brackets. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  if ('Ref' in value) return `<${String(value.Ref)}>`;
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [delimiter, items]: unknown[] = value['Fn::Join'];
    return Array.isArray(items) ? items.map(flat).join(String(delimiter)) : '';
  }
  return JSON.stringify(value);
}
