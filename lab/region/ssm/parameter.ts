import { createHash } from 'node:crypto';
import type { JsonObject } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { type SsmWorld, seconds } from './store.ts';

export const PARAMETER_TYPES = ['String', 'StringList', 'SecureString'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export interface ParameterRecord {
  readonly name: string;
  readonly type: ParameterType;
  readonly keyId: string | undefined;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly tier: 'Standard' | 'Advanced';
  readonly tags: Map<string, string>;
  readonly versions: readonly ParameterVersion[];
}

export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly modifiedAt: number;
}

/** Public parameters are AWS's own, of type String, at version 1. */
export function findParameter(world: SsmWorld, name: string): ParameterRecord | undefined {
  const own = world.parameters.get(name);
  if (own !== undefined) return own;
  const value = world.publicParameters.get(name);
  return value === undefined ? undefined : publicParameter(name, value);
}

export function publicParameter(name: string, value: string): ParameterRecord {
  return {
    name,
    type: 'String',
    keyId: undefined,
    description: undefined,
    allowedPattern: undefined,
    tier: 'Standard',
    tags: new Map(),
    versions: [{ version: 1, value, modifiedAt: 0 }],
  };
}

/** By name, `name:version` or ARN. @throws ServiceError `ParameterNotFound`, `ParameterVersionNotFound` */
export function readParameter(world: SsmWorld, reference: string, decrypted: boolean): JsonObject {
  const plain = reference.replace(/^arn:aws[a-z-]*:ssm:[^:]*:\d*:parameter\/?/, (arn) =>
    arn.endsWith('/') ? '/' : '',
  );
  const [name = '', selector] = plain.split(':');
  const parameter = findParameter(world, name) ?? findParameter(world, name.replace(/^\//, ''));
  if (parameter === undefined) throw new ServiceError('ParameterNotFound', `Parameter ${reference} not found.`);
  const version =
    selector === undefined
      ? parameter.versions.at(-1)
      : parameter.versions.find((candidate) => String(candidate.version) === selector);
  if (version === undefined) {
    throw new ServiceError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${name}.`,
    );
  }
  return renderParameter(world, parameter, version, decrypted, selector);
}

export function renderParameter(
  world: SsmWorld,
  parameter: ParameterRecord,
  version: ParameterVersion,
  decrypted: boolean,
  selector?: string,
): JsonObject {
  const secret = parameter.type === 'SecureString' && !decrypted;
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: secret ? ciphertext(parameter.name, version) : version.value,
    Version: version.version,
    Selector: selector === undefined ? undefined : `:${selector}`,
    LastModifiedDate: seconds(version.modifiedAt),
    ARN: parameterArn(world, parameter.name),
    DataType: 'text',
  };
}

/** Looks like KMS's and says nothing of the value: a digest can't be turned back. */
function ciphertext(name: string, { version, value }: ParameterVersion): string {
  const digest = createHash('sha512').update(`${name}\n${version}\n${value}`).digest();
  return `AQICAH${digest.toString('base64')}`;
}

export function parameterArn(world: SsmWorld, name: string): string {
  const { region, account } = world.context;
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** Stores the next version of a parameter, or its first. */
export function storeParameter(
  world: SsmWorld,
  wanted: Omit<ParameterRecord, 'versions'>,
  value: string,
): ParameterVersion {
  const before = world.parameters.get(wanted.name);
  const version = {
    version: (before?.versions.at(-1)?.version ?? 0) + 1,
    value,
    modifiedAt: world.context.clock.now(),
  };
  // Parameter Store keeps the last hundred versions.
  world.parameters.set(wanted.name, { ...wanted, versions: [...(before?.versions ?? []), version].slice(-100) });
  return version;
}
