import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext } from '../service.ts';
import { uniqueId } from './unique-id.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly path: string;
  readonly createdAt: number;
  assumeRolePolicy: string;
  description: string | undefined;
  maxSessionSeconds: number;
  readonly tags: Map<string, string>;
  /** Inline policies: name to document. */
  readonly policies: Map<string, string>;
  /** ARNs of managed policies. */
  readonly attached: Set<string>;
}

export interface InstanceProfile {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly path: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  /** At most one. */
  role: Role | undefined;
}

/** Roles and instance profiles. Policies are kept as given. */
export interface Directory {
  createRole(order: {
    name: string;
    path: string;
    assumeRolePolicy: string;
    description: string | undefined;
    maxSessionSeconds: number;
  }): Role;
  role(name: string): Role;
  roles(): readonly Role[];
  deleteRole(name: string): void;
  createProfile(name: string, path: string): InstanceProfile;
  profile(name: string): InstanceProfile;
  profiles(): readonly InstanceProfile[];
  deleteProfile(name: string): void;
}

export function createDirectory(context: RegionContext): Directory {
  const roles = new Map<string, Role>();
  const profiles = new Map<string, InstanceProfile>();
  const arn = (kind: string, path: string, name: string): string =>
    `arn:aws:iam::${context.account}:${kind}${path}${name}`;

  const directory: Directory = {
    createRole(order) {
      if (roles.has(order.name)) throw exists('Role', order.name);
      const role: Role = {
        name: order.name,
        arn: arn('role', order.path, order.name),
        id: uniqueId(context.random, 'AROA'),
        path: order.path,
        createdAt: context.clock.now(),
        assumeRolePolicy: order.assumeRolePolicy,
        description: order.description,
        maxSessionSeconds: order.maxSessionSeconds,
        tags: new Map(),
        policies: new Map(),
        attached: new Set(),
      };
      roles.set(role.name, role);
      return role;
    },
    role(name) {
      const role = roles.get(name);
      if (role === undefined) throw missing('role', name);
      return role;
    },
    roles: () => [...roles.values()],
    deleteRole(name) {
      const role = directory.role(name);
      if (role.attached.size > 0) throw conflict('Cannot delete entity, must detach all policies first.');
      if (role.policies.size > 0) throw conflict('Cannot delete entity, must delete policies first.');
      if (directory.profiles().some((profile) => profile.role === role)) {
        throw conflict('Cannot delete entity, must remove roles from instance profile first.');
      }
      roles.delete(name);
    },
    createProfile(name, path) {
      if (profiles.has(name)) throw exists('Instance Profile', name);
      const profile: InstanceProfile = {
        name,
        arn: arn('instance-profile', path, name),
        id: uniqueId(context.random, 'AIPA'),
        path,
        createdAt: context.clock.now(),
        tags: new Map(),
        role: undefined,
      };
      profiles.set(name, profile);
      return profile;
    },
    profile(name) {
      const profile = profiles.get(name);
      if (profile === undefined) throw missing('instance profile', name);
      return profile;
    },
    profiles: () => [...profiles.values()],
    deleteProfile(name) {
      if (directory.profile(name).role !== undefined) {
        throw conflict('Cannot delete entity, must remove roles from instance profile first.');
      }
      profiles.delete(name);
    },
  };
  return directory;
}

export function missing(kind: string, name: string): ServiceError {
  return new ServiceError('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`, 404);
}

function exists(kind: string, name: string): ServiceError {
  return new ServiceError('EntityAlreadyExists', `${kind} with name ${name} already exists.`, 409);
}

export function conflict(message: string): ServiceError {
  return new ServiceError('DeleteConflict', message, 409);
}
