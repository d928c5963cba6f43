import { z } from 'zod';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../json.ts';
import { callByWire } from '../wire.ts';
import { jsonObject, tags, text } from './fields.ts';
import { defineResource, type ResourceContext } from './handler.ts';
import { tagRecord } from './tags.ts';
import { unlessGone } from './waiting.ts';

const bucketProperties = z.strictObject({
  BucketName: text.optional(),
  AccessControl: z.literal('Private').optional(),
  BucketEncryption: jsonObject.optional(),
  LifecycleConfiguration: jsonObject.optional(),
  PublicAccessBlockConfiguration: jsonObject.optional(),
  VersioningConfiguration: jsonObject.optional(),
  Tags: tags,
});
type BucketProperties = z.output<typeof bucketProperties>;

/** Settings that the lab's buckets keep and show; none has an effect. By property: subresource and root element of S3's API. */
const SETTINGS = [
  ['BucketEncryption', 'encryption', 'ServerSideEncryptionConfiguration'],
  ['LifecycleConfiguration', 'lifecycle', 'LifecycleConfiguration'],
  ['PublicAccessBlockConfiguration', 'publicAccessBlock', 'PublicAccessBlockConfiguration'],
  ['VersioningConfiguration', 'versioning', 'VersioningConfiguration'],
] as const;

export const bucket = defineResource({
  type: 'AWS::S3::Bucket',
  attributes: ['Arn', 'DomainName', 'RegionalDomainName'],
  properties: bucketProperties,
  createOnly: ['BucketName'],
  async create(properties, context) {
    // Bucket names have no capitals.
    const name = properties.BucketName ?? context.name(63).toLowerCase();
    await s3(context, 'PUT', name);
    const identity = {
      physicalId: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${context.place.region}.amazonaws.com`,
      },
    };
    context.made(identity);
    await configure(name, properties, context);
    return identity;
  },
  async update(identity, context, after, before) {
    for (const [property, setting] of SETTINGS) {
      if (after[property] === undefined && before[property] !== undefined) {
        await s3(context, 'DELETE', identity.physicalId, setting);
      }
    }
    await configure(identity.physicalId, after, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    await unlessGone(['NoSuchBucket'], () => s3(context, 'DELETE', physicalId));
  },
});

export const bucketPolicy = defineResource({
  type: 'AWS::S3::BucketPolicy',
  attributes: [],
  properties: z.strictObject({ Bucket: text, PolicyDocument: jsonObject }),
  createOnly: ['Bucket'],
  async create({ Bucket, PolicyDocument }, context) {
    await s3(context, 'PUT', Bucket, 'policy', JSON.stringify(PolicyDocument));
    return { physicalId: Bucket, attributes: {} };
  },
  async update(identity, context, { Bucket, PolicyDocument }) {
    await s3(context, 'PUT', Bucket, 'policy', JSON.stringify(PolicyDocument));
    return identity;
  },
  async delete(_identity, context, { Bucket }) {
    await unlessGone(['NoSuchBucket'], () => s3(context, 'DELETE', Bucket, 'policy'));
  },
});

async function configure(name: string, properties: BucketProperties, context: ResourceContext): Promise<void> {
  for (const [property, setting, root] of SETTINGS) {
    const value = properties[property];
    if (value !== undefined) await s3(context, 'PUT', name, setting, xml(root, inApiWords(value)));
  }
  const tagging = Object.entries(tagRecord(properties.Tags, context));
  if (tagging.length > 0) {
    const set = tagging.map(([Key, Value]) => xml('Tag', { Key, Value })).join('');
    await s3(context, 'PUT', name, 'tagging', `<Tagging><TagSet>${set}</TagSet></Tagging>`);
  }
}

function s3(
  { clients }: ResourceContext,
  method: 'PUT' | 'DELETE',
  bucketName: string,
  setting?: string,
  body?: string,
): Promise<string> {
  const query = setting === undefined ? {} : { [setting]: '' };
  return callByWire(clients.ec2, {
    service: 's3',
    method,
    path: `/${bucketName}`,
    query,
    ...(body === undefined ? {} : { body }),
  });
}

/** Lists have another name in the template than in S3's API, where each item is an element of its own. */
const API_WORDS: Readonly<Record<string, string>> = {
  ServerSideEncryptionConfiguration: 'Rule',
  ServerSideEncryptionByDefault: 'ApplyServerSideEncryptionByDefault',
  KMSMasterKeyID: 'KMSMasterKeyID',
  Rules: 'Rule',
  Id: 'ID',
};

function inApiWords(value: Json): Json {
  if (isJsonArray(value)) return value.map(inApiWords);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [API_WORDS[key] ?? key, inApiWords(inner)]));
}

function xml(name: string, value: Json | JsonObject): string {
  if (isJsonArray(value)) return value.map((item) => xml(name, item)).join('');
  if (!isJsonObject(value))
    return `<${name}>${String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`;
  return `<${name}>${Object.entries(value)
    .map(([key, inner]) => xml(key, inner))
    .join('')}</${name}>`;
}
