import { uuid } from '../ids.ts';
import { queryService } from '../protocol/query-service.ts';
import type { RegionContext, Service } from '../service.ts';
import { createDirectory, type Directory } from './directory.ts';
import { profileOperations } from './profiles.ts';
import { roleOperations } from './roles.ts';

export interface IamService extends Service {
  readonly directory: Directory;
}

/** IAM: roles, their policies and instance profiles. What the policies allow is judged in `../permissions`. */
export function createIamService(context: RegionContext): IamService {
  const directory = createDirectory(context);
  const service = queryService({
    name: 'iam',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    context,
    requestId: () => uuid(context.random),
    operations: { ...roleOperations(directory), ...profileOperations(directory) },
  });
  return { ...service, directory };
}
