import { z } from 'zod';
import { parseInput, TagList } from '../protocol/input.ts';
import type { JsonObject, JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { pageOf } from './paging.ts';
import {
  PARAMETER_TYPES,
  type ParameterRecord,
  parameterArn,
  publicParameter,
  readParameter,
  renderParameter,
  storeParameter,
} from './parameter.ts';
import { type SsmWorld, seconds } from './store.ts';

/** Bytes of a value. Source: Systems Manager quotas. */
const VALUE_BYTES = { Standard: 4096, Advanced: 8192 } as const;

const Name = z.string().min(1).max(2048);

const PutInput = z.strictObject({
  Name: z
    .string()
    .max(1011)
    .regex(/^[a-zA-Z0-9_.\-/]+$/, 'letters, digits, and . - _ / are allowed'),
  Value: z.string().min(1),
  Type: z.enum(PARAMETER_TYPES).optional(),
  Description: z.string().max(1024).optional(),
  KeyId: z.string().optional(),
  Overwrite: z.boolean().default(false),
  AllowedPattern: z.string().max(1024).optional(),
  Tags: TagList.default([]),
  Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(),
  DataType: z.literal('text').optional(),
});

function put(world: SsmWorld, input: JsonObject): JsonObject {
  const wanted = parseInput(PutInput, input);
  const { Name: name, Value: value } = wanted;
  const before = world.parameters.get(name);
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw new ServiceError(
      'ValidationException',
      `Parameter name ${name}: can't be prefixed with "aws" or "ssm" (case-insensitive).`,
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw new ServiceError(
      'ValidationException',
      `Parameter name ${name} must be a fully qualified name: it has to begin with "/".`,
    );
  }
  if (before !== undefined && !wanted.Overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (before !== undefined && wanted.Tags.length > 0) {
    throw new ServiceError('ValidationException', "Tags and overwrite can't be used together; use AddTagsToResource.");
  }
  const type = wanted.Type ?? before?.type;
  if (type === undefined)
    throw new ServiceError('ValidationException', `A new parameter needs a Type: ${PARAMETER_TYPES.join(', ')}.`);
  const tier = tierOf(wanted.Tier, before, value);
  const allowedPattern = wanted.AllowedPattern ?? before?.allowedPattern;
  if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(value)) {
    throw new ServiceError(
      'ParameterPatternMismatchException',
      `Parameter value of ${name} does not match ${allowedPattern}.`,
    );
  }
  const stored = storeParameter(
    world,
    {
      name,
      type,
      tier,
      allowedPattern,
      keyId: type === 'SecureString' ? (wanted.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
      description: wanted.Description ?? before?.description,
      tags: before?.tags ?? new Map(wanted.Tags.map(({ Key, Value }) => [Key, Value])),
    },
    value,
  );
  return { Version: stored.version, Tier: tier };
}

function tierOf(
  wanted: z.infer<typeof PutInput>['Tier'],
  before: ParameterRecord | undefined,
  value: string,
): ParameterRecord['tier'] {
  const bytes = Buffer.byteLength(value);
  const large = bytes > VALUE_BYTES.Standard;
  const asked = wanted === 'Intelligent-Tiering' ? (large ? 'Advanced' : 'Standard') : wanted;
  const tier = before?.tier === 'Advanced' ? 'Advanced' : (asked ?? 'Standard');
  if (bytes <= VALUE_BYTES[tier]) return tier;
  throw new ServiceError(
    'ValidationException',
    `The value has ${bytes} bytes; ${tier} parameters have at most ${VALUE_BYTES[tier]}.`,
  );
}

const Decryption = { WithDecryption: z.boolean().default(false) };
const GetInput = z.strictObject({ Name, ...Decryption });
const GetManyInput = z.strictObject({ Names: z.array(Name).min(1).max(10), ...Decryption });

function get(world: SsmWorld, input: JsonObject): JsonObject {
  const { Name: name, WithDecryption } = parseInput(GetInput, input);
  return { Parameter: readParameter(world, name, WithDecryption) };
}

function getMany(world: SsmWorld, input: JsonObject): JsonObject {
  const { Names, WithDecryption } = parseInput(GetManyInput, input);
  const Parameters: JsonObject[] = [];
  const InvalidParameters: string[] = [];
  for (const name of new Set(Names)) {
    try {
      Parameters.push(readParameter(world, name, WithDecryption));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      InvalidParameters.push(name);
    }
  }
  return { Parameters, InvalidParameters };
}

const Paging = { MaxResults: z.number().int().min(1).max(50).optional(), NextToken: z.string().optional() };
const PathInput = z.strictObject({
  Path: z.string().regex(/^\//, 'a path begins with /'),
  Recursive: z.boolean().default(false),
  ...Decryption,
  ...Paging,
});

function getByPath(world: SsmWorld, input: JsonObject): JsonObject {
  const query = parseInput(PathInput, input);
  const prefix = query.Path.endsWith('/') ? query.Path : `${query.Path}/`;
  const found = everything(world).filter(
    ({ name }) => name.startsWith(prefix) && (query.Recursive || !name.slice(prefix.length).includes('/')),
  );
  const { items, NextToken } = pageOf(found, query, 10);
  const Parameters = items.flatMap((parameter) => {
    const latest = parameter.versions.at(-1);
    return latest === undefined ? [] : [renderParameter(world, parameter, latest, query.WithDecryption)];
  });
  return { Parameters, NextToken };
}

/** By name, the public ones included. */
function everything(world: SsmWorld): readonly ParameterRecord[] {
  const published = [...world.publicParameters].map(([name, value]) => publicParameter(name, value));
  return [...world.parameters.values(), ...published].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function remove(world: SsmWorld, input: JsonObject): JsonObject {
  const { Name: name } = parseInput(z.strictObject({ Name }), input);
  if (!world.parameters.delete(name)) throw new ServiceError('ParameterNotFound', `Parameter ${name} not found.`);
  return {};
}

function removeMany(world: SsmWorld, input: JsonObject): JsonObject {
  const { Names } = parseInput(z.strictObject({ Names: z.array(Name).min(1).max(10) }), input);
  const there = Names.filter((name) => world.parameters.delete(name));
  return { DeletedParameters: there, InvalidParameters: Names.filter((name) => !there.includes(name)) };
}

const DescribeInput = z.strictObject({
  ParameterFilters: z
    .array(z.strictObject({ Key: z.string(), Option: z.string().optional(), Values: z.array(z.string()).default([]) }))
    .default([]),
  ...Paging,
});

function describe(world: SsmWorld, input: JsonObject): JsonObject {
  const query = parseInput(DescribeInput, input);
  const found = [...world.parameters.values()]
    .filter((parameter) => query.ParameterFilters.every((filter) => passes(parameter, filter)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, NextToken } = pageOf(found, query);
  return { Parameters: items.map((parameter) => renderMetadata(world, parameter)), NextToken };
}

function passes(
  parameter: ParameterRecord,
  { Key, Option, Values }: z.infer<typeof DescribeInput>['ParameterFilters'][number],
): boolean {
  const compare = (value: string) => {
    if (Option === 'BeginsWith') return Values.some((wanted) => value.startsWith(wanted));
    if (Option === 'Contains') return Values.some((wanted) => value.includes(wanted));
    return Values.includes(value);
  };
  if (Key === 'Name') return compare(parameter.name);
  if (Key === 'Type') return compare(parameter.type);
  if (Key === 'Path') return Values.some((path) => passesPath(parameter.name, path, Option));
  if (Key.startsWith('tag:')) {
    const value = parameter.tags.get(Key.slice('tag:'.length));
    return value !== undefined && (Values.length === 0 || Values.includes(value));
  }
  throw new ServiceError('InvalidFilterKey', `Filter key ${Key}: the lab knows Name, Type, Path and tag:<key>.`);
}

function passesPath(name: string, path: string, option: string | undefined): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(prefix) && (option === 'Recursive' || !name.slice(prefix.length).includes('/'));
}

function renderMetadata(world: SsmWorld, parameter: ParameterRecord): JsonObject {
  const latest = parameter.versions.at(-1);
  return {
    Name: parameter.name,
    ARN: parameterArn(world, parameter.name),
    Type: parameter.type,
    KeyId: parameter.keyId,
    LastModifiedDate: seconds(latest?.modifiedAt ?? 0),
    LastModifiedUser: `arn:aws:iam::${world.context.account}:root`,
    Description: parameter.description,
    AllowedPattern: parameter.allowedPattern,
    Version: latest?.version,
    Tier: parameter.tier,
    Policies: [],
    DataType: 'text',
  };
}

export function parameterOperations(world: SsmWorld): Readonly<Record<string, JsonOperation>> {
  return {
    PutParameter: (input) => put(world, input),
    GetParameter: (input) => get(world, input),
    GetParameters: (input) => getMany(world, input),
    GetParametersByPath: (input) => getByPath(world, input),
    DeleteParameter: (input) => remove(world, input),
    DeleteParameters: (input) => removeMany(world, input),
    DescribeParameters: (input) => describe(world, input),
  };
}
