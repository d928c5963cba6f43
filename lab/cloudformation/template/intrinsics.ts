import { TemplateError } from '../errors.ts';
import { type Json, type JsonObject, shown } from '../json.ts';

/** Functions that yield a value. Source: "Intrinsic function reference" of the CloudFormation template reference. */
export const VALUE_FUNCTIONS = [
  'Ref',
  'Fn::GetAtt',
  'Fn::Join',
  'Fn::Sub',
  'Fn::Select',
  'Fn::Split',
  'Fn::GetAZs',
  'Fn::FindInMap',
  'Fn::Base64',
  'Fn::Cidr',
  'Fn::If',
] as const;
export type ValueFunction = (typeof VALUE_FUNCTIONS)[number];

/** Functions that yield a truth value, for Conditions and Rules. */
export const TRUTH_FUNCTIONS = ['Fn::Equals', 'Fn::And', 'Fn::Or', 'Fn::Not', 'Fn::Contains', 'Condition'] as const;
export type TruthFunction = (typeof TRUTH_FUNCTIONS)[number];

export type Call<Name> = { readonly name: Name; readonly argument: Json };

/**
 * The function call that an object stands for, or `undefined` when it is plain data.
 * @throws TemplateError for a function that is unknown, or that has other keys beside it
 */
export function valueCall(object: JsonObject, path: string): Call<ValueFunction> | undefined {
  return call(object, path, VALUE_FUNCTIONS);
}

/** As `valueCall`, for the place of a condition. */
export function truthCall(object: JsonObject, path: string): Call<TruthFunction> | undefined {
  return call(object, path, TRUTH_FUNCTIONS);
}

function call<Name extends string>(object: JsonObject, path: string, known: readonly Name[]): Call<Name> | undefined {
  const keys = Object.keys(object);
  const marker = keys.find((key) => key === 'Ref' || key.startsWith('Fn::') || known.some((name) => name === key));
  if (marker === undefined) {
    return undefined;
  }
  if (keys.length > 1) {
    throw TemplateError.of(
      'InvalidIntrinsic',
      path,
      `has ${marker} beside ${keys.filter((key) => key !== marker).join(', ')}; a function stands alone in its object`,
    );
  }
  const name = known.find((candidate) => candidate === marker);
  const argument = object[marker];
  if (name === undefined || argument === undefined) {
    throw TemplateError.of('UnknownIntrinsic', path, unknown(marker, known));
  }
  return { name, argument };
}

function unknown(marker: string, known: readonly string[]): string {
  if (marker === 'Fn::ImportValue') {
    return 'Fn::ImportValue is refused: the lab provisions one stack, which has no exports of others to import';
  }
  return `${marker} is not known here; known are ${known.join(', ')}`;
}

/** @throws TemplateError */
export function invalidArgument(name: string, path: string, wanted: string, found: Json | undefined): TemplateError {
  return TemplateError.of('InvalidIntrinsic', path, `${name} takes ${wanted}, not ${shown(found)}`);
}
