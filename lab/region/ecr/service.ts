import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import { jsonService } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service } from '../service.ts';

interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly mutability: string;
  policy: string | undefined;
  lifecycle: string | undefined;
}

const Named = z.object({ repositoryName: z.string(), registryId: z.string().optional() });
const Create = z.strictObject({
  repositoryName: z.string().regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/),
  registryId: z.string().optional(),
  imageTagMutability: z.enum(['MUTABLE', 'IMMUTABLE']).default('MUTABLE'),
  tags: TagList.optional(),
});

/** ECR as far as `cdk bootstrap` makes use of it: repositories, which hold no images. */
export function createEcrService(context: RegionContext): Service {
  const repositories = new Map<string, Repository>();
  const find = (input: unknown): Repository => {
    const { repositoryName } = parseInput(Named, input, 'InvalidParameterException');
    const found = repositories.get(repositoryName);
    if (found !== undefined) return found;
    const message = `The repository with name '${repositoryName}' does not exist in the registry with id '${context.account}'`;
    throw new ServiceError('RepositoryNotFoundException', message);
  };
  return jsonService({
    name: 'ecr',
    version: '1.1',
    context,
    operations: {
      CreateRepository(input) {
        const { repositoryName: name, imageTagMutability } = parseInput(Create, input, 'InvalidParameterException');
        if (repositories.has(name)) {
          const message = `The repository with name '${name}' already exists in the registry with id '${context.account}'`;
          throw new ServiceError('RepositoryAlreadyExistsException', message);
        }
        const repository: Repository = {
          name,
          arn: `arn:aws:ecr:${context.region}:${context.account}:repository/${name}`,
          createdAt: context.clock.now(),
          mutability: imageTagMutability,
          policy: undefined,
          lifecycle: undefined,
        };
        repositories.set(name, repository);
        return { repository: shape(repository, context) };
      },
      DeleteRepository(input) {
        const repository = find(input);
        repositories.delete(repository.name);
        return { repository: shape(repository, context) };
      },
      DescribeRepositories(input) {
        const { repositoryNames } = parseInput(z.object({ repositoryNames: z.array(z.string()).optional() }), input);
        const found = repositoryNames?.map((repositoryName) => find({ repositoryName })) ?? [...repositories.values()];
        return { repositories: found.map((each) => shape(each, context)) };
      },
      SetRepositoryPolicy(input) {
        find(input).policy = parseInput(Named.extend({ policyText: z.string() }), input).policyText;
        return {};
      },
      DeleteRepositoryPolicy(input) {
        find(input).policy = undefined;
        return {};
      },
      PutLifecyclePolicy(input) {
        find(input).lifecycle = parseInput(
          Named.extend({ lifecyclePolicyText: z.string() }),
          input,
        ).lifecyclePolicyText;
        return {};
      },
      DeleteLifecyclePolicy(input) {
        find(input).lifecycle = undefined;
        return {};
      },
    },
  });
}

function shape({ name, arn, createdAt, mutability }: Repository, { account, region }: RegionContext) {
  return {
    repositoryArn: arn,
    registryId: account,
    repositoryName: name,
    repositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
    createdAt: createdAt / 1000,
    imageTagMutability: mutability,
  };
}
