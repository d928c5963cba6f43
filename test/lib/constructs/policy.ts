import type { Template } from 'aws-cdk-lib/assertions';

/** A statement of an identity policy, as in the template; ARNs are texts with `${…}` for what deployment fills in. */
export interface Statement {
  readonly sid: string | undefined;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: unknown;
}

/** Every statement that the role has, inline or attached, by the start of its logical ID. */
export function statementsOf(template: Template, rolePrefix: string): Statement[] {
  const own = Object.entries(template.findResources('AWS::IAM::Role'))
    .filter(([id]) => id.startsWith(rolePrefix))
    .flatMap(([, role]) => list(role['Properties']?.Policies))
    .map((policy) => field(policy, 'PolicyDocument'));
  const attached = Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) =>
      list(policy['Properties']?.Roles).some((role) => String(field(role, 'Ref')).startsWith(rolePrefix)),
    )
    .map((policy) => policy['Properties']?.PolicyDocument);
  return [...own, ...attached].flatMap((document) => list(field(document, 'Statement')).map(readStatement));
}

export function readStatement(value: unknown): Statement {
  const sid = field(value, 'Sid');
  return {
    sid: typeof sid === 'string' ? sid : undefined,
    effect: String(field(value, 'Effect')),
    actions: list(field(value, 'Action')).map(String),
    resources: list(field(value, 'Resource')).map(render),
    conditions: field(value, 'Condition'),
  };
}

/** Would the statement cover the action on the resource? `*` in a statement stands for any characters. */
export function covers(statement: Statement, action: string, resource: string): boolean {
  const matches = (pattern: string, text: string) =>
    new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`, 'i').test(text);
  return (
    statement.actions.some((pattern) => matches(pattern, action)) &&
    statement.resources.some((pattern) => matches(pattern, resource))
  );
}

/** A template's value as text: `Fn::Join` joined, references as `${LogicalId}` or `${LogicalId.Attribute}`. */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  const reference = field(value, 'Ref');
  if (reference !== undefined) return `\${${String(reference)}}`;
  const attribute = field(value, 'Fn::GetAtt');
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  const join = field(value, 'Fn::Join');
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(render).join(String(join[0]));
  throw new Error(`cannot be rendered: ${JSON.stringify(value)}`);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
