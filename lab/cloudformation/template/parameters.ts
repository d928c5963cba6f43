import { TemplateError, type TemplateProblem } from '../errors.ts';
import type { Json } from '../json.ts';
import type { ParameterDeclaration, Template } from './template.ts';

/** A parameter's value as a template sees it, and what it was given as. */
export interface ParameterValue {
  readonly given: string;
  readonly value: Json;
  readonly secret: boolean;
}

/** Reads a Parameter Store parameter; `undefined` when there is none. */
export type ReadStoredParameter = (name: string) => Promise<string | undefined>;

/**
 * The values of a template's parameters: what was given, else the default; those of the type
 * `AWS::SSM::Parameter::Value<…>` are read from Parameter Store.
 *
 * @throws TemplateError with every problem: not declared, no value, not allowed, not stored
 */
export async function resolveParameters(
  declared: Template['Parameters'],
  given: Readonly<Record<string, string>>,
  read: ReadStoredParameter,
): Promise<ReadonlyMap<string, ParameterValue>> {
  const problems: TemplateProblem[] = [];
  const problem = (name: string, message: string): void => {
    problems.push({ code: 'InvalidParameter', path: `Parameters.${name}`, message });
  };
  for (const name of Object.keys(given).filter((candidate) => !Object.hasOwn(declared, candidate))) {
    problem(name, `a value was given, but the template declares only ${Object.keys(declared).join(', ') || 'none'}`);
  }
  const values = new Map<string, ParameterValue>();
  for (const [name, declaration] of Object.entries(declared)) {
    const text = Object.hasOwn(given, name) ? given[name] : declaration.Default;
    const refusal = text === undefined ? 'has no default and no value was given' : refusalOf(text, declaration);
    if (text === undefined || refusal !== undefined) {
      problem(name, refusal ?? 'has no value');
      continue;
    }
    const stored = storedType(declaration.Type);
    const found = stored === undefined ? text : await read(text);
    if (found === undefined) {
      problem(name, `names the Parameter Store parameter "${text}", which does not exist`);
      continue;
    }
    const value = typed(found, stored ?? declaration.Type);
    if (value === undefined) {
      problem(name, `has the type ${declaration.Type}, which is not known here or does not fit "${found}"`);
      continue;
    }
    values.set(name, { given: text, value, secret: declaration.NoEcho });
  }
  const [first, ...rest] = problems;
  if (first !== undefined) {
    throw new TemplateError([first, ...rest]);
  }
  return values;
}

/** The type inside `AWS::SSM::Parameter::Value<…>`. */
function storedType(type: string): string | undefined {
  return /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
}

function typed(text: string, type: string): Json | undefined {
  const element = /^List<(.+)>$/.exec(type)?.[1];
  if (element !== undefined || type === 'CommaDelimitedList') {
    const items = text.split(',').map((item) => item.trim());
    return items.every((item) => typed(item, element ?? 'String') !== undefined) ? items : undefined;
  }
  if (type === 'Number') {
    return text.trim() !== '' && Number.isFinite(Number(text)) ? text : undefined;
  }
  return type === 'String' || type === 'AWS::SSM::Parameter::Name' || /^AWS::(EC2|Route53)::[A-Za-z:]+$/.test(type)
    ? text
    : undefined;
}

function refusalOf(text: string, declaration: ParameterDeclaration): string | undefined {
  const { AllowedValues: values, AllowedPattern: pattern } = declaration;
  const why = declaration.ConstraintDescription === undefined ? '' : ` (${declaration.ConstraintDescription})`;
  const shownText = declaration.NoEcho ? 'the value' : `"${text}"`;
  if (values !== undefined && !values.includes(text)) {
    return `${shownText} is not one of ${values.join(', ')}${why}`;
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(text)) {
    return `${shownText} does not match ${pattern}${why}`;
  }
  if (outside(text.length, declaration.MinLength, declaration.MaxLength)) {
    return `${shownText} has ${text.length} characters, outside of MinLength and MaxLength${why}`;
  }
  if (outside(Number(text), declaration.MinValue, declaration.MaxValue)) {
    return `${shownText} is outside of MinValue and MaxValue${why}`;
  }
  return undefined;
}

function outside(value: number, least: number | undefined, most: number | undefined): boolean {
  return (least !== undefined && !(value >= least)) || (most !== undefined && !(value <= most));
}
