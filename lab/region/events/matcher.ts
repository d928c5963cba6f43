import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { invalidPattern } from './pattern-error.ts';

/** One alternative of a field. */
export interface Matcher {
  /** The field is there, with these values (several when it is a list; none when that is empty). */
  present(values: readonly unknown[]): boolean;
  /** Does it match where the field is absent? */
  readonly absent: boolean;
}

type Path = readonly string[];
type ValueTest = (value: unknown) => boolean;

/**
 * Compiles a literal or a comparison such as `{ "prefix": "i-" }`.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compileMatcher(alternative: unknown, path: Path): Matcher {
  if (!isObject(alternative)) return someValue(literal(alternative, path));
  const [operator, operand] = onlyEntry(alternative, path);
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw invalidPattern(path, 'exists takes true or false');
      return { present: () => operand, absent: !operand };
    case 'anything-but': {
      const excluded = compileExcluded(operand, path);
      return { present: (values) => values.length > 0 && values.every((value) => !excluded(value)), absent: false };
    }
    default:
      return someValue(compileComparison(operator, operand, path));
  }
}

function someValue(test: ValueTest): Matcher {
  return { present: (values) => values.some(test), absent: false };
}

function compileComparison(operator: string, operand: unknown, path: Path): ValueTest {
  switch (operator) {
    case 'prefix':
      return affix(operator, operand, path, (value, affixed) => value.startsWith(affixed));
    case 'suffix':
      return affix(operator, operand, path, (value, affixed) => value.endsWith(affixed));
    case 'equals-ignore-case': {
      const wanted = text(operator, operand, path).toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
    }
    case 'wildcard': {
      const expression = wildcard(text(operator, operand, path));
      return (value) => typeof value === 'string' && expression.test(value);
    }
    case 'numeric':
      return numeric(operand, path);
    case 'cidr':
      return cidr(text(operator, operand, path), path);
    default:
      throw invalidPattern(path, `unrecognized match type ${operator}`);
  }
}

/** What `anything-but` excludes: a literal, a list of them, or a comparison of strings, itself with one or several values. */
function compileExcluded(operand: unknown, path: Path): ValueTest {
  if (Array.isArray(operand)) return anyOf(operand.map((each) => literal(each, path)));
  if (!isObject(operand)) return literal(operand, path);
  const [operator, inner] = onlyEntry(operand, path);
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator)) {
    throw invalidPattern(path, `anything-but does not take ${operator}`);
  }
  const operands = Array.isArray(inner) ? inner : [inner];
  return anyOf(operands.map((each) => compileComparison(operator, each, path)));
}

function literal(wanted: unknown, path: Path): ValueTest {
  if (wanted !== null && !['string', 'number', 'boolean'].includes(typeof wanted)) {
    throw invalidPattern(path, 'a value must be a string, number, boolean or null');
  }
  return (value) => value === wanted;
}

function affix(
  operator: string,
  operand: unknown,
  path: Path,
  matches: (value: string, affixed: string) => boolean,
): ValueTest {
  if (isObject(operand)) {
    const [inner, ignoringCase] = onlyEntry(operand, path);
    if (inner !== 'equals-ignore-case') throw invalidPattern(path, `${operator} does not take ${inner}`);
    const wanted = text(operator, ignoringCase, path).toLowerCase();
    return (value) => typeof value === 'string' && matches(value.toLowerCase(), wanted);
  }
  const wanted = text(operator, operand, path);
  return (value) => typeof value === 'string' && matches(value, wanted);
}

const COMPARE: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '=': (value, limit) => value === limit,
};

/** `["=", 5]` or `[">", 0, "<=", 5]`. */
function numeric(operand: unknown, path: Path): ValueTest {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw invalidPattern(path, 'numeric takes one or two pairs of comparison and number');
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = COMPARE[String(operand[index])];
    const limit: unknown = operand[index + 1];
    if (compare === undefined)
      throw invalidPattern(path, `unrecognized numeric range operator: ${String(operand[index])}`);
    if (typeof limit !== 'number') throw invalidPattern(path, 'value of numeric must be a number');
    tests.push((value) => compare(value, limit));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function cidr(block: string, path: Path): ValueTest {
  const [, address = '', bits = ''] = /^(.+)\/(\d+)$/.exec(block) ?? [];
  const family = familyOf(address);
  if (family === undefined || Number(bits) > (family === 'ipv4' ? 32 : 128)) {
    throw invalidPattern(path, `${block} is no CIDR block`);
  }
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return (value) => typeof value === 'string' && familyOf(value) === family && list.check(value, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  if (isIPv4(address)) return 'ipv4';
  return isIPv6(address) ? 'ipv6' : undefined;
}

/** `*` is any text; `\*` and `\\` are the characters themselves. */
function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(
    /\\([*\\])|([*])|([.+?^${}()|[\]\\])/g,
    (_all, literally?: string, star?: string, special?: string) => {
      if (star !== undefined) return '.*';
      return `\\${literally ?? special ?? ''}`;
    },
  );
  return new RegExp(`^${escaped}$`, 's');
}

function anyOf(tests: readonly ValueTest[]): ValueTest {
  return (value) => tests.some((test) => test(value));
}

function text(operator: string, operand: unknown, path: Path): string {
  if (typeof operand !== 'string' || operand === '')
    throw invalidPattern(path, `${operator} takes a string that is not empty`);
  return operand;
}

function onlyEntry(value: Readonly<Record<string, unknown>>, path: Path): [string, unknown] {
  const entries = Object.entries(value);
  const [first] = entries;
  if (first === undefined || entries.length > 1) throw invalidPattern(path, 'only one key allowed in match expression');
  return first;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
