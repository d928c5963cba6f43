import {
  members,
  type QueryInput,
  type QueryOperation,
  required,
  tagMembers,
  type XmlValue,
} from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { type Directory, missing, type Role } from './directory.ts';

/** The operations on roles and their policies. */
export function roleOperations(directory: Directory): Record<string, QueryOperation> {
  const named = (input: QueryInput): Role => directory.role(required(input, 'RoleName'));
  return {
    CreateRole(input) {
      const role = directory.createRole({
        name: required(input, 'RoleName'),
        path: input.get('Path') ?? '/',
        assumeRolePolicy: policyDocument(input, 'AssumeRolePolicyDocument'),
        description: input.get('Description'),
        maxSessionSeconds: Number(input.get('MaxSessionDuration') ?? 3600),
      });
      for (const [key, value] of tagMembers(input)) role.tags.set(key, value);
      return { Role: roleXml(role) };
    },
    GetRole: (input) => ({ Role: roleXml(named(input)) }),
    ListRoles: () => ({ Roles: directory.roles().map(roleXml), IsTruncated: false }),
    UpdateRole(input) {
      const role = named(input);
      role.description = input.get('Description') ?? role.description;
      role.maxSessionSeconds = Number(input.get('MaxSessionDuration') ?? role.maxSessionSeconds);
      return {};
    },
    UpdateAssumeRolePolicy(input) {
      named(input).assumeRolePolicy = policyDocument(input, 'PolicyDocument');
      return {};
    },
    DeleteRole(input) {
      directory.deleteRole(required(input, 'RoleName'));
      return {};
    },
    PutRolePolicy(input) {
      named(input).policies.set(required(input, 'PolicyName'), policyDocument(input, 'PolicyDocument'));
      return {};
    },
    GetRolePolicy(input) {
      const role = named(input);
      const name = required(input, 'PolicyName');
      const document = role.policies.get(name);
      if (document === undefined) throw missing('role policy', name);
      return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeURIComponent(document) };
    },
    DeleteRolePolicy(input) {
      const name = required(input, 'PolicyName');
      if (!named(input).policies.delete(name)) throw missing('role policy', name);
      return {};
    },
    ListRolePolicies: (input) => ({ PolicyNames: [...named(input).policies.keys()], IsTruncated: false }),
    AttachRolePolicy(input) {
      named(input).attached.add(required(input, 'PolicyArn'));
      return {};
    },
    DetachRolePolicy(input) {
      const arn = required(input, 'PolicyArn');
      if (!named(input).attached.delete(arn)) throw missing('policy', arn);
      return {};
    },
    ListAttachedRolePolicies: (input) => ({
      AttachedPolicies: [...named(input).attached].map((arn) => ({
        PolicyArn: arn,
        PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      })),
      IsTruncated: false,
    }),
    TagRole(input) {
      const { tags } = named(input);
      for (const [key, value] of tagMembers(input)) tags.set(key, value);
      return {};
    },
    UntagRole(input) {
      const { tags } = named(input);
      for (const key of members(input, 'TagKeys')) tags.delete(key);
      return {};
    },
    ListRoleTags: (input) => ({ Tags: tagsXml(named(input).tags), IsTruncated: false }),
  };
}

export function roleXml(role: Role): XmlValue {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt).toISOString(),
    AssumeRolePolicyDocument: encodeURIComponent(role.assumeRolePolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    Tags: tagsXml(role.tags),
  };
}

export function tagsXml(tags: ReadonlyMap<string, string>): XmlValue {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function policyDocument(input: QueryInput, name: string): string {
  const text = required(input, name);
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ServiceError('MalformedPolicyDocument', `${name} is no JSON: ${String(error)}`);
  }
  return text;
}
