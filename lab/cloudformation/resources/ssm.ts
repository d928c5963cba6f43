import {
  AddTagsToResourceCommand,
  CreateDocumentCommand,
  DeleteDocumentCommand,
  DeleteParameterCommand,
  DescribeDocumentCommand,
  DocumentFormat,
  DocumentType,
  ParameterTier,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  type ResourceTypeForTagging,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
} from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { present } from '../errors.ts';
import { json, tagMap, tags, text } from './fields.ts';
import { defineResource, type UpdateContext } from './handler.ts';
import { asTagList, tagDelta, tagList } from './tags.ts';
import { isAwsError, unlessGone, untilReady } from './waiting.ts';

export const ssmDocument = defineResource({
  type: 'AWS::SSM::Document',
  attributes: [],
  properties: z.strictObject({
    Name: text.optional(),
    Content: json,
    DocumentFormat: z.enum(DocumentFormat).optional(),
    DocumentType: z.enum(DocumentType).optional(),
    TargetType: text.optional(),
    // How an update is made; at creation it has no meaning.
    UpdateMethod: z.enum(['Replace', 'NewVersion']).optional(),
    VersionName: text.optional(),
    Tags: tags,
  }),
  createOnly: ['Name', 'DocumentType'],
  // Without UpdateMethod NewVersion (the default is Replace), a document of other content is another document.
  replacedFor: (changed, { UpdateMethod }) =>
    UpdateMethod !== 'NewVersion' &&
    changed.some((name) => ['Content', 'DocumentFormat', 'TargetType', 'VersionName'].includes(name)),
  async create({ Content, UpdateMethod: _, Tags, ...properties }, context) {
    const { ssm } = context.clients;
    const Name = properties.Name ?? context.name(128);
    await ssm.send(
      new CreateDocumentCommand({
        ...properties,
        Name,
        Content: typeof Content === 'string' ? Content : JSON.stringify(Content),
        Tags: tagList(Tags, context),
      }),
    );
    const identity = { physicalId: Name, attributes: {} };
    context.made(identity);
    await untilReady(`document ${Name} active`, 60, context, async () => {
      const { Document } = await ssm.send(new DescribeDocumentCommand({ Name }));
      return Document?.Status === 'Active';
    });
    return identity;
  },
  async update(identity, context, after, before) {
    const { ssm } = context.clients;
    const Name = identity.physicalId;
    const { Content, DocumentFormat, TargetType, VersionName } = after;
    try {
      const { DocumentDescription } = await ssm.send(
        new UpdateDocumentCommand({
          Name,
          Content: typeof Content === 'string' ? Content : JSON.stringify(Content),
          DocumentFormat,
          TargetType,
          VersionName,
          DocumentVersion: '$LATEST',
        }),
      );
      const DocumentVersion = present(DocumentDescription?.DocumentVersion, 'UpdateDocument', 'DocumentVersion');
      await ssm.send(new UpdateDocumentDefaultVersionCommand({ Name, DocumentVersion }));
    } catch (error) {
      // The content is that of the latest version: nothing but the tags has changed, or a roll-back is repeated.
      if (!isAwsError(error, ['DuplicateDocumentContent'])) throw error;
    }
    await retag('Document', Name, tagDelta(before.Tags, after.Tags, context), context);
    return identity;
  },
  async delete({ physicalId: Name }, context) {
    await unlessGone(['InvalidDocument'], () => context.clients.ssm.send(new DeleteDocumentCommand({ Name })));
  },
});

export const ssmParameter = defineResource({
  type: 'AWS::SSM::Parameter',
  attributes: ['Type', 'Value'],
  properties: z.strictObject({
    Name: text.optional(),
    // CloudFormation makes no SecureString: the secret would be in the template.
    Type: z.enum(['String', 'StringList']),
    Value: text,
    Description: text.optional(),
    Tier: z.enum(ParameterTier).optional(),
    AllowedPattern: text.optional(),
    DataType: text.optional(),
    Tags: tagMap,
  }),
  createOnly: ['Name'],
  async create({ Tags, ...properties }, context) {
    const Name = properties.Name ?? context.name(1011);
    const own = asTagList(Tags ?? {});
    await context.clients.ssm.send(new PutParameterCommand({ ...properties, Name, Tags: tagList(own, context) }));
    return { physicalId: Name, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  async update(identity, context, after, before) {
    const { Tags, ...properties } = after;
    const Name = identity.physicalId;
    await context.clients.ssm.send(new PutParameterCommand({ ...properties, Name, Overwrite: true }));
    const delta = tagDelta(asTagList(before.Tags ?? {}), asTagList(Tags ?? {}), context);
    await retag('Parameter', Name, delta, context);
    return { physicalId: Name, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  async delete({ physicalId: Name }, context) {
    await unlessGone(['ParameterNotFound'], () => context.clients.ssm.send(new DeleteParameterCommand({ Name })));
  },
});

async function retag(
  ResourceType: ResourceTypeForTagging,
  ResourceId: string,
  { set, unset }: ReturnType<typeof tagDelta>,
  { clients: { ssm } }: UpdateContext,
): Promise<void> {
  if (unset.length > 0) {
    await ssm.send(new RemoveTagsFromResourceCommand({ ResourceType, ResourceId, TagKeys: [...unset] }));
  }
  if (Object.keys(set).length > 0) {
    await ssm.send(new AddTagsToResourceCommand({ ResourceType, ResourceId, Tags: asTagList(set) }));
  }
}
