import { z } from 'zod';
import { present } from '../errors.ts';
import { callByWire } from '../wire.ts';
import { json, jsonObject, tags, text } from './fields.ts';
import { defineResource, type ResourceContext } from './handler.ts';
import { tagList } from './tags.ts';
import { unlessGone } from './waiting.ts';

const Created = z.object({ repository: z.object({ repositoryArn: z.string(), repositoryUri: z.string() }).optional() });

const properties = z.strictObject({
  RepositoryName: text.optional(),
  ImageTagMutability: z.enum(['MUTABLE', 'IMMUTABLE']).optional(),
  LifecyclePolicy: z.strictObject({ LifecyclePolicyText: text }).optional(),
  RepositoryPolicyText: jsonObject.optional(),
  Tags: tags,
});

export const repository = defineResource({
  type: 'AWS::ECR::Repository',
  attributes: ['Arn', 'RepositoryUri'],
  properties,
  createOnly: ['RepositoryName'],
  fixed: ['ImageTagMutability'],
  async create(given, context) {
    const repositoryName = given.RepositoryName ?? context.name(256).toLowerCase();
    const answer = await ecr(context, 'CreateRepository', {
      repositoryName,
      imageTagMutability: given.ImageTagMutability ?? 'MUTABLE',
      tags: tagList(given.Tags, context),
    });
    const made = present(Created.parse(answer).repository, 'CreateRepository', 'repository');
    const identity = {
      physicalId: repositoryName,
      attributes: { Arn: made.repositoryArn, RepositoryUri: made.repositoryUri },
    };
    context.made(identity);
    await setPolicies(repositoryName, given, context);
    return identity;
  },
  async update(identity, context, after) {
    await setPolicies(identity.physicalId, after, context);
    return identity;
  },
  async delete({ physicalId: repositoryName }, context) {
    await unlessGone(['RepositoryNotFoundException'], () => ecr(context, 'DeleteRepository', { repositoryName }));
  },
});

async function setPolicies(
  repositoryName: string,
  { LifecyclePolicy, RepositoryPolicyText }: z.output<typeof properties>,
  context: ResourceContext,
): Promise<void> {
  if (LifecyclePolicy === undefined) await ecr(context, 'DeleteLifecyclePolicy', { repositoryName });
  else {
    const lifecyclePolicyText = LifecyclePolicy.LifecyclePolicyText;
    await ecr(context, 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
  }
  if (RepositoryPolicyText === undefined) await ecr(context, 'DeleteRepositoryPolicy', { repositoryName });
  else {
    const policyText = JSON.stringify(RepositoryPolicyText);
    await ecr(context, 'SetRepositoryPolicy', { repositoryName, policyText });
  }
}

async function ecr({ clients }: ResourceContext, action: string, input: unknown): Promise<unknown> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${action}`,
  };
  const body = JSON.stringify(input);
  const answer = await callByWire(clients.ec2, { service: 'ecr', method: 'POST', path: '/', headers, body });
  return json.parse(JSON.parse(answer === '' ? '{}' : answer));
}
