import {
  type QueryInput,
  type QueryOperation,
  required,
  tagMembers,
  type XmlValue,
} from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { type Directory, type InstanceProfile, missing } from './directory.ts';
import { roleXml, tagsXml } from './roles.ts';

/** The operations on instance profiles. */
export function profileOperations(directory: Directory): Record<string, QueryOperation> {
  const named = (input: QueryInput): InstanceProfile => directory.profile(required(input, 'InstanceProfileName'));
  return {
    CreateInstanceProfile(input) {
      const profile = directory.createProfile(required(input, 'InstanceProfileName'), input.get('Path') ?? '/');
      for (const [key, value] of tagMembers(input)) profile.tags.set(key, value);
      return { InstanceProfile: profileXml(profile) };
    },
    GetInstanceProfile: (input) => ({ InstanceProfile: profileXml(named(input)) }),
    ListInstanceProfiles: () => ({ InstanceProfiles: directory.profiles().map(profileXml), IsTruncated: false }),
    ListInstanceProfilesForRole(input) {
      const role = directory.role(required(input, 'RoleName'));
      const found = directory.profiles().filter((profile) => profile.role === role);
      return { InstanceProfiles: found.map(profileXml), IsTruncated: false };
    },
    AddRoleToInstanceProfile(input) {
      const profile = named(input);
      const role = directory.role(required(input, 'RoleName'));
      if (profile.role !== undefined) {
        throw new ServiceError('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409);
      }
      profile.role = role;
      return {};
    },
    RemoveRoleFromInstanceProfile(input) {
      const profile = named(input);
      const name = required(input, 'RoleName');
      if (profile.role?.name !== name) throw missing('role', name);
      profile.role = undefined;
      return {};
    },
    DeleteInstanceProfile(input) {
      directory.deleteProfile(required(input, 'InstanceProfileName'));
      return {};
    },
  };
}

function profileXml(profile: InstanceProfile): XmlValue {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt).toISOString(),
    Roles: profile.role === undefined ? [] : [roleXml(profile.role)],
    Tags: tagsXml(profile.tags),
  };
}
