import { TemplateError } from '../errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, own, shown } from '../json.ts';
import { invalidArgument, truthCall } from './intrinsics.ts';
import { resolve } from './resolve.ts';
import type { Scope } from './scope.ts';
import type { Template } from './template.ts';

/** What a condition may refer to: parameters, pseudo parameters and mappings; never a resource. */
export type ParameterScope = Pick<Scope, 'ref' | 'mapping'>;

/** @throws TemplateError for a condition that is malformed, names an unknown one, or depends on itself */
export function evaluateConditions(conditions: JsonObject, parameters: ParameterScope): ReadonlyMap<string, boolean> {
  const known = new Map<string, boolean>();
  const underWay = new Set<string>();
  const conditionNamed = (name: string, path: string): boolean => {
    const done = known.get(name);
    if (done !== undefined) {
      return done;
    }
    const source = own(conditions, name);
    if (source === undefined) {
      throw TemplateError.of('UnresolvedReference', path, `condition "${name}" is not in Conditions`);
    }
    if (underWay.has(name)) {
      throw TemplateError.of('CircularDependency', `Conditions.${name}`, 'depends on itself');
    }
    underWay.add(name);
    const value = truth(source, { parameters, conditionNamed }, `Conditions.${name}`);
    known.set(name, value);
    return value;
  };
  for (const name of Object.keys(conditions)) {
    conditionNamed(name, `Conditions.${name}`);
  }
  return known;
}

/**
 * Rules assert that parameters go together. The CDK's own rule refuses an account whose bootstrap stack is too old.
 * @throws TemplateError with the description of the assertion that does not hold
 */
export function checkRules(rules: Template['Rules'], parameters: ParameterScope): void {
  const conditionNamed = (name: string, path: string): boolean => {
    throw TemplateError.of('InvalidIntrinsic', path, `Rules can't refer to the condition "${name}"`);
  };
  for (const [name, rule] of Object.entries(rules)) {
    const path = `Rules.${name}`;
    const applies = rule.RuleCondition === undefined || truth(rule.RuleCondition, { parameters, conditionNamed }, path);
    for (const [index, assertion] of applies ? rule.Assertions.entries() : []) {
      const here = `${path}.Assertions.${index}`;
      if (!truth(assertion.Assert, { parameters, conditionNamed }, here)) {
        throw TemplateError.of('RuleViolated', here, assertion.AssertDescription ?? 'the assertion does not hold');
      }
    }
  }
}

interface TruthContext {
  readonly parameters: ParameterScope;
  readonly conditionNamed: (name: string, path: string) => boolean;
}

function truth(source: Json, context: TruthContext, path: string): boolean {
  const call = isJsonObject(source) ? truthCall(source, path) : undefined;
  if (call === undefined) {
    throw TemplateError.of('InvalidIntrinsic', path, `must be a condition function, not ${shown(source)}`);
  }
  const { name, argument } = call;
  const here = `${path}.${name}`;
  switch (name) {
    case 'Condition':
      return context.conditionNamed(typeof argument === 'string' ? argument : shown(argument), here);
    case 'Fn::Equals': {
      const [left, right] = list(name, argument, here, 2, 2).map((side) => value(side, context, here));
      return left === right;
    }
    case 'Fn::And':
      return list(name, argument, here, 2, 10).every((part) => truth(part, context, here));
    case 'Fn::Or':
      return list(name, argument, here, 2, 10).some((part) => truth(part, context, here));
    case 'Fn::Not':
      return !list(name, argument, here, 1, 1).some((part) => truth(part, context, here));
    case 'Fn::Contains': {
      const [among = null, wanted = null] = list(name, argument, here, 2, 2);
      const sought = value(wanted, context, here);
      const strings = isJsonArray(among) ? among : resolve(among, conditionScope(context), here);
      return isJsonArray(strings) && strings.some((candidate) => value(candidate, context, here) === sought);
    }
  }
}

/** Compared as text, as CloudFormation does with scalars. */
function value(source: Json, context: TruthContext, path: string): string {
  const resolved = resolve(source, conditionScope(context), path);
  return typeof resolved === 'object' ? JSON.stringify(resolved) : String(resolved);
}

function conditionScope({ parameters }: TruthContext): Scope {
  return { ...parameters, attribute: () => undefined, condition: () => undefined, zones: () => undefined };
}

function list(name: string, argument: Json, path: string, least: number, most: number): readonly Json[] {
  if (!isJsonArray(argument) || argument.length < least || argument.length > most) {
    const wanted = least === most ? `a list of ${least}` : `a list of ${least} to ${most}`;
    throw invalidArgument(name, path, wanted, argument);
  }
  return argument;
}
