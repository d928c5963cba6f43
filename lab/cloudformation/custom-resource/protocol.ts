import { z } from 'zod';
import { CustomResourceError } from '../errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../json.ts';
import { json } from '../resources/fields.ts';

/**
 * What CloudFormation sends to a custom resource's provider.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly ResponseURL: string;
  readonly ServiceToken: string;
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  /** With Update and Delete only. */
  readonly PhysicalResourceId?: string;
  /** Every scalar in it is a string. */
  readonly ResourceProperties: JsonObject;
  /** With Update only: what it was created or last updated with. */
  readonly OldResourceProperties?: JsonObject;
}

/** The provider's answer, checked against its request. */
export interface CustomResourceAnswer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
  readonly physicalId: string;
  readonly data: JsonObject;
  /** The data is secret. */
  readonly noEcho: boolean;
}

/** Source: the note on https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html */
export const MAX_ANSWER_BYTES = 4096;

const answer = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().min(1).max(1024),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  NoEcho: z.boolean().optional(),
  Data: z.record(z.string(), json).nullish(),
});

/** @throws CustomResourceError when CloudFormation could not use it either */
export function parseAnswer(body: string, request: CustomResourceRequest): CustomResourceAnswer {
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_ANSWER_BYTES) {
    throw bad(`Response object is too long: ${bytes} bytes, and ${MAX_ANSWER_BYTES} are allowed`);
  }
  let source: unknown;
  try {
    source = JSON.parse(body);
  } catch (error) {
    throw bad(`the answer is not JSON: ${String(error)}`);
  }
  const parsed = answer.safeParse(source);
  if (!parsed.success) {
    throw bad(`the answer is not as the protocol has it: ${z.prettifyError(parsed.error)}`);
  }
  for (const name of ['StackId', 'RequestId', 'LogicalResourceId'] as const) {
    if (parsed.data[name] !== request[name]) {
      throw bad(`the answer's ${name} is "${parsed.data[name]}", and the request's was "${request[name]}"`);
    }
  }
  return {
    status: parsed.data.Status,
    reason: parsed.data.Reason ?? 'the provider gave no reason',
    physicalId: parsed.data.PhysicalResourceId,
    data: parsed.data.Data ?? {},
    noEcho: parsed.data.NoEcho ?? false,
  };
}

function bad(message: string): CustomResourceError {
  return new CustomResourceError('CustomResourceBadAnswer', message);
}

/** As CloudFormation hands properties on: numbers and truth values become strings, at every depth. */
export function stringified(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, asText(value)]));
}

function asText(value: Json): Json {
  if (isJsonArray(value)) {
    return value.map(asText);
  }
  if (isJsonObject(value)) {
    return stringified(value);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
