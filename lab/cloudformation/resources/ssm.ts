import {
  CreateDocumentCommand,
  DeleteDocumentCommand,
  DeleteParameterCommand,
  DescribeDocumentCommand,
  DocumentFormat,
  DocumentType,
  ParameterTier,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { json, tagMap, tags, text } from './fields.ts';
import { defineResource } from './handler.ts';
import { tagList } from './tags.ts';
import { unlessGone, untilReady } from './waiting.ts';

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
  async create({ Tags, ...properties }, context) {
    const Name = properties.Name ?? context.name(1011);
    const own = Object.entries(Tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    await context.clients.ssm.send(new PutParameterCommand({ ...properties, Name, Tags: tagList(own, context) }));
    return { physicalId: Name, attributes: { Type: properties.Type, Value: properties.Value } };
  },
  async delete({ physicalId: Name }, context) {
    await unlessGone(['ParameterNotFound'], () => context.clients.ssm.send(new DeleteParameterCommand({ Name })));
  },
});
