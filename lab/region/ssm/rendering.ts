import { ServiceError } from '../protocol/service-error.ts';
import { type DocumentContent, type DocumentParameter, REFERENCE } from './document.ts';

export type CommandParameters = Readonly<Record<string, readonly string[]>>;

/** A document's step with its parameters put in. */
export interface RenderedStep {
  readonly name: string;
  readonly script: string;
  readonly timeoutSeconds: number;
  /** Every declared parameter, with defaults filled in. */
  readonly parameters: CommandParameters;
}

/** Source: Systems Manager User Guide, `aws:runShellScript`: 3600 s if the step says nothing. */
const DEFAULT_TIMEOUT_SECONDS = 3600;

/** @throws ServiceError `InvalidParameters` with everything wrong about the values */
export function renderDocument(content: DocumentContent, given: CommandParameters): RenderedStep {
  const parameters = fillIn(content, given);
  const [step] = content.mainSteps;
  const { runCommand, timeoutSeconds, workingDirectory } = step.inputs;
  const lines = (typeof runCommand === 'string' ? [runCommand] : runCommand).flatMap((line) =>
    expand(line, content, parameters),
  );
  const timeout = Number(substitute(String(timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS), content, parameters));
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > 172_800) {
    throw new ServiceError('InvalidParameters', `timeoutSeconds is ${timeout}; 1 to 172800 are allowed.`);
  }
  const directory = workingDirectory === undefined ? '' : substitute(workingDirectory, content, parameters);
  const enter = directory === '' ? [] : [`cd '${directory.replaceAll("'", `'\\''`)}' || exit 1`];
  return { name: step.name, script: [...enter, ...lines].join('\n'), timeoutSeconds: timeout, parameters };
}

function fillIn(content: DocumentContent, given: CommandParameters): CommandParameters {
  const problems: string[] = [];
  const filled: Record<string, readonly string[]> = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(content.parameters, name)) problems.push(`${name}: the document declares no such parameter`);
  }
  for (const [name, declared] of Object.entries(content.parameters)) {
    const values = given[name] ?? defaultOf(declared);
    if (values === undefined) problems.push(`${name}: no value given, and the document has no default`);
    else {
      problems.push(...problemsOf(name, declared, values));
      filled[name] = values;
    }
  }
  if (problems.length > 0) throw new ServiceError('InvalidParameters', problems.join('; '));
  return filled;
}

function defaultOf({ default: value }: DocumentParameter): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [String(value)];
}

function problemsOf(name: string, declared: DocumentParameter, values: readonly string[]): readonly string[] {
  const problems: string[] = [];
  const refuse = (value: string, why: string) => problems.push(`${name}: '${value}' ${why}`);
  const { type, allowedPattern, allowedValues, minItems, maxItems, minChars, maxChars } = declared;
  if (type !== 'StringList' && values.length !== 1) problems.push(`${name}: ${values.length} values for a ${type}`);
  if (
    type === 'StringList' &&
    (values.length < (minItems ?? 0) || values.length > (maxItems ?? Number.POSITIVE_INFINITY))
  ) {
    problems.push(`${name}: ${values.length} items; ${minItems ?? 0} to ${maxItems ?? 'any number'} are allowed`);
  }
  for (const value of values) {
    if (type === 'Integer' && !/^-?\d+$/.test(value)) refuse(value, 'is no Integer');
    if (type === 'Boolean' && value !== 'true' && value !== 'false') refuse(value, 'is no Boolean');
    if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(value))
      refuse(value, `does not match ${allowedPattern}`);
    if (allowedValues !== undefined && !allowedValues.map(String).includes(value)) {
      refuse(value, `is none of ${allowedValues.join(', ')}`);
    }
    if (value.length < (minChars ?? 0) || value.length > (maxChars ?? Number.POSITIVE_INFINITY)) {
      refuse(value, `has ${value.length} characters; ${minChars ?? 0} to ${maxChars ?? 'any number'} are allowed`);
    }
  }
  return problems;
}

/** A line that is a list parameter and nothing else becomes the list's lines, as in AWS-RunShellScript. */
function expand(line: string, content: DocumentContent, parameters: CommandParameters): readonly string[] {
  const alone = /^\s*\{\{([^{}]*)\}\}\s*$/.exec(line)?.[1]?.trim();
  if (alone !== undefined && content.parameters[alone]?.type === 'StringList') return parameters[alone] ?? [];
  return [substitute(line, content, parameters)];
}

/** Plain text put into text, before any shell sees it: that is how SSM does it, and why values need patterns. */
function substitute(text: string, content: DocumentContent, parameters: CommandParameters): string {
  return text.replace(REFERENCE, (_, reference: string) => {
    const name = reference.trim();
    const values = parameters[name] ?? [];
    return content.parameters[name]?.type === 'StringList' ? JSON.stringify(values) : (values[0] ?? '');
  });
}
