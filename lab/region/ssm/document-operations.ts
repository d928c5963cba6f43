import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import type { JsonObject, JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import {
  DOCUMENT_FORMATS,
  type DocumentFormat,
  type DocumentRecord,
  type DocumentVersion,
  parseDocument,
} from './document.ts';
import { pageOf } from './paging.ts';
import { type SsmWorld, seconds } from './store.ts';

/** By name or ARN. @throws ServiceError `InvalidDocument` */
export function findDocument(world: SsmWorld, nameOrArn: string): DocumentRecord {
  const name = nameOrArn.replace(/^arn:aws[a-z-]*:ssm:[^:]*:\d*:document\//, '');
  const document = world.documents.get(name);
  if (document !== undefined) return document;
  throw new ServiceError('InvalidDocument', `Document with name ${nameOrArn} does not exist.`);
}

/** A number, `$LATEST` or `$DEFAULT`. @throws ServiceError `InvalidDocumentVersion` */
export function findDocumentVersion(document: DocumentRecord, version = '$DEFAULT'): DocumentVersion {
  const number = version === '$DEFAULT' ? document.defaultVersion : Number(version);
  const found =
    version === '$LATEST'
      ? document.versions.at(-1)
      : document.versions.find((candidate) => candidate.version === number);
  if (found !== undefined) return found;
  throw new ServiceError('InvalidDocumentVersion', `Document ${document.name} has no version ${version}.`);
}

const Name = z.string().regex(/^[a-zA-Z0-9_\-.:/]{3,512}$/);
const Format = z.enum(DOCUMENT_FORMATS).default('JSON');
const VersionName = z
  .string()
  .regex(/^[a-zA-Z0-9_\-.]{1,128}$/)
  .optional();

const CreateInput = z.strictObject({
  Name: z.string().regex(/^[a-zA-Z0-9_\-.]{3,128}$/),
  Content: z.string().min(1),
  DocumentType: z.literal('Command').default('Command'),
  DocumentFormat: Format,
  TargetType: z.string().optional(),
  VersionName,
  Tags: TagList.default([]),
});

function create(world: SsmWorld, input: JsonObject): JsonObject {
  const { Name: name, Content, DocumentFormat, VersionName: versionName, Tags } = parseInput(CreateInput, input);
  if (world.documents.has(name)) {
    throw new ServiceError('DocumentAlreadyExists', `Document with same name ${name} already exists`);
  }
  if (/^(aws|amazon|amzn)/i.test(name)) {
    throw new ServiceError(
      'ValidationException',
      `Document name ${name}: the prefixes aws, amazon and amzn are reserved.`,
    );
  }
  const document: DocumentRecord = {
    name,
    owner: world.context.account,
    tags: new Map(Tags.map(({ Key, Value }) => [Key, Value])),
    defaultVersion: 1,
    versions: [newVersion(world, 1, Content, DocumentFormat, versionName)],
  };
  world.documents.set(name, document);
  return { DocumentDescription: describeVersion(document, findDocumentVersion(document)) };
}

function newVersion(
  world: SsmWorld,
  version: number,
  text: string,
  format: DocumentFormat,
  versionName: string | undefined,
): DocumentVersion {
  const content = parseDocument(text, format);
  return { version, versionName, createdAt: world.context.clock.now(), format, text, content };
}

const UpdateInput = z.strictObject({
  Name,
  Content: z.string().min(1),
  DocumentVersion: z.string().optional(),
  DocumentFormat: Format,
  TargetType: z.string().optional(),
  VersionName,
});

function update(world: SsmWorld, input: JsonObject): JsonObject {
  const {
    Name: name,
    Content,
    DocumentVersion: based,
    DocumentFormat,
    VersionName: versionName,
  } = parseInput(UpdateInput, input);
  const document = findDocument(world, name);
  const latest = findDocumentVersion(document, '$LATEST');
  if (based !== undefined && findDocumentVersion(document, based) !== latest) {
    throw new ServiceError(
      'InvalidDocumentVersion',
      `Only the latest version can be updated: $LATEST or ${latest.version}.`,
    );
  }
  if (latest.text === Content) {
    throw new ServiceError(
      'DuplicateDocumentContent',
      `The content of document ${name} is a duplicate of version ${latest.version}.`,
    );
  }
  const version = newVersion(world, latest.version + 1, Content, DocumentFormat, versionName);
  document.versions = [...document.versions, version];
  return { DocumentDescription: describeVersion(document, version) };
}

const DefaultInput = z.strictObject({ Name, DocumentVersion: z.string() });

function updateDefault(world: SsmWorld, input: JsonObject): JsonObject {
  const { Name: name, DocumentVersion } = parseInput(DefaultInput, input);
  const document = findDocument(world, name);
  document.defaultVersion = findDocumentVersion(document, DocumentVersion).version;
  return { Description: { Name: name, DefaultVersion: String(document.defaultVersion) } };
}

const ReadInput = z.strictObject({
  Name,
  DocumentVersion: z.string().optional(),
  DocumentFormat: z.enum(DOCUMENT_FORMATS).optional(),
});

function describeDocument(world: SsmWorld, input: JsonObject): JsonObject {
  const { Name: name, DocumentVersion } = parseInput(ReadInput, input);
  const document = findDocument(world, name);
  return { Document: describeVersion(document, findDocumentVersion(document, DocumentVersion)) };
}

function get(world: SsmWorld, input: JsonObject): JsonObject {
  const { Name: name, DocumentVersion } = parseInput(ReadInput, input);
  const document = findDocument(world, name);
  const version = findDocumentVersion(document, DocumentVersion);
  return {
    Name: document.name,
    CreatedDate: seconds(version.createdAt),
    VersionName: version.versionName,
    DocumentVersion: String(version.version),
    Status: 'Active',
    Content: version.text,
    DocumentType: 'Command',
    DocumentFormat: version.format,
  };
}

const DeleteInput = z.strictObject({ Name, Force: z.boolean().optional() });

function remove(world: SsmWorld, input: JsonObject): JsonObject {
  const document = findDocument(world, parseInput(DeleteInput, input).Name);
  if (document.owner !== world.context.account) {
    throw new ServiceError('InvalidDocumentOperation', `Document ${document.name} belongs to ${document.owner}.`);
  }
  world.documents.delete(document.name);
  return {};
}

const ListInput = z.strictObject({
  Filters: z.array(z.strictObject({ Key: z.enum(['Name', 'Owner']), Values: z.array(z.string()) })).default([]),
  MaxResults: z.number().int().min(1).max(50).optional(),
  NextToken: z.string().optional(),
});

/** `Owner` is `Self`, `Amazon` or `All`; `Name` is a prefix. */
function list(world: SsmWorld, input: JsonObject): JsonObject {
  const query = parseInput(ListInput, input);
  const found = [...world.documents.values()].filter((document) =>
    query.Filters.every(({ Key, Values }) => {
      if (Key === 'Name') return Values.some((prefix) => document.name.startsWith(prefix));
      const owner = document.owner === world.context.account ? 'Self' : 'Amazon';
      return Values.some((value) => value === 'All' || value === owner);
    }),
  );
  const { items, NextToken } = pageOf(found, query);
  return {
    DocumentIdentifiers: items.map((document) => describeVersion(document, findDocumentVersion(document))),
    NextToken,
  };
}

function describeVersion(document: DocumentRecord, version: DocumentVersion): JsonObject {
  return {
    Name: document.name,
    Owner: document.owner,
    CreatedDate: seconds(version.createdAt),
    Status: 'Active',
    DocumentVersion: String(version.version),
    VersionName: version.versionName,
    LatestVersion: String(document.versions.at(-1)?.version),
    DefaultVersion: String(document.defaultVersion),
    Description: version.content.description,
    Parameters: Object.entries(version.content.parameters).map(([Name, { type, description, default: value }]) => ({
      Name,
      Type: type,
      Description: description,
      DefaultValue: value === undefined || typeof value === 'string' ? value : JSON.stringify(value),
    })),
    PlatformTypes: ['Linux', 'MacOS'],
    DocumentType: 'Command',
    SchemaVersion: '2.2',
    DocumentFormat: version.format,
    HashType: 'Sha256',
    Hash: createHash('sha256').update(version.text).digest('hex'),
    Tags: [...document.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}

export function documentOperations(world: SsmWorld): Readonly<Record<string, JsonOperation>> {
  return {
    CreateDocument: (input) => create(world, input),
    UpdateDocument: (input) => update(world, input),
    UpdateDocumentDefaultVersion: (input) => updateDefault(world, input),
    DescribeDocument: (input) => describeDocument(world, input),
    GetDocument: (input) => get(world, input),
    DeleteDocument: (input) => remove(world, input),
    ListDocuments: (input) => list(world, input),
  };
}
