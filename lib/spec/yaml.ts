import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { Position } from './error.ts';
import type { Path, Problems } from './problems.ts';
import { isPrototypeKey } from './prototype-keys.ts';

/** More than any cluster needs; keeps the parser's quadratic corners out of reach. */
const MAX_CHARACTERS = 64 * 1024;
/** Values after aliases are followed: a few lines of aliases can stand for billions. */
const MAX_VALUES = 10_000;
const MAX_DEPTH = 20;
/** A text that is no YAML at all gives an error for nearly each of its characters. */
const MAX_SYNTAX_ERRORS = 10;

/** Where a path is written in the text. */
export type Locate = (path: Path) => Position | undefined;

export interface ReadYaml {
  readonly problems: Problems;
  /**
   * Objects, arrays, strings, numbers, booleans and null only; objects have no prototype keys.
   * Absent when nothing can be made of the text.
   */
  readonly document: { readonly value: unknown } | undefined;
}

/** Reads one YAML 1.2 document. What is wrong with it as YAML goes to the problems that `problemsAt` makes. */
export function readYaml(text: string, problemsAt: (locate: Locate) => Problems): ReadYaml {
  const positions = new Map<string, Position>();
  const problems = problemsAt((path) => locateNearest(positions, path));
  const refuse = (found: string, allowed: string): ReadYaml => {
    problems.add([], undefined, found, allowed);
    return { problems, document: undefined };
  };
  if (text.length > MAX_CHARACTERS) {
    return refuse(`the document has ${text.length} characters`, `at most ${MAX_CHARACTERS}`);
  }
  const lines = new LineCounter();
  const documents = parseDocuments(text, lines);
  if (documents === 'too deep') return refuse('the document is nested too deeply', `at most ${MAX_DEPTH} levels`);
  const [document, ...further] = documents;
  for (const error of [...(document?.errors ?? []), ...(document?.warnings ?? [])].slice(0, MAX_SYNTAX_ERRORS)) {
    positions.set(keyOf([]), positionOf(lines, error.pos[0]));
    problems.add([], undefined, `the document is not valid YAML: ${firstLine(error.message)}`, 'YAML 1.2');
  }
  positions.clear();
  if (further.length > 0) return refuse(`there are ${documents.length} YAML documents`, 'one; `---` begins another');
  if (problems.all.length > 0) return { problems, document: undefined };
  if (document === undefined || document.contents === null) {
    return refuse('the document is empty', 'a cluster: at least `cluster`, `network` and `groups`');
  }
  const reader = createReader(document, problems, (path, node) => {
    if (node.range) positions.set(keyOf(path), positionOf(lines, node.range[0]));
  });
  const value = reader.read(document.contents, [], 0);
  return { problems, document: reader.broken() ? undefined : { value } };
}

/** Follows the parsed nodes itself, not by the parser's own `toJS`: that one follows aliases first and counts later. */
function createReader(document: Document, problems: Problems, at: (path: Path, node: Node) => void) {
  let values = 0;
  let broken = false;
  const stop = (path: Path, found: string, allowed: string) => {
    broken = true;
    problems.add(path, undefined, found, allowed);
    return null;
  };

  function read(node: unknown, path: Path, depth: number): unknown {
    values += 1;
    if (broken) return null;
    if (values > MAX_VALUES) return stop([], 'the document has too many values, aliases followed', `${MAX_VALUES}`);
    if (depth > MAX_DEPTH) return stop(path, 'is nested too deeply, or an alias holds itself', `${MAX_DEPTH} levels`);
    if (isNode(node)) at(path, node);
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target !== undefined) return read(target, path, depth + 1);
      return stop(path, `refers to "${node.source}", which is nowhere defined`, 'an anchor that is defined before');
    }
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index], depth + 1));
    if (isMap(node)) {
      return Object.fromEntries(node.items.flatMap((pair) => readPair(pair.key, pair.value, path, depth)));
    }
    if (!isScalar(node) || node.value === null) return null;
    if (['string', 'number', 'boolean'].includes(typeof node.value)) return node.value;
    return stop(path, `is a value of the YAML type ${node.tag ?? 'unknown'}`, 'text, a number, true or false');
  }

  function readPair(keyNode: unknown, value: unknown, path: Path, depth: number): [string, unknown][] {
    const key = isScalar(keyNode) ? keyNode.value : undefined;
    if (typeof key !== 'string') {
      problems.add(path, key, 'is a key that is no text', 'keys of text; put numbers and the like in quotes');
      return [];
    }
    const keyPath = [...path, key];
    if (isNode(keyNode)) at(keyPath, keyNode);
    if (isPrototypeKey(key)) {
      problems.add(keyPath, undefined, 'is a name that JavaScript keeps for itself', 'another name');
      return [];
    }
    return [[key, read(value, keyPath, depth + 1)]];
  }

  return { read, broken: () => broken };
}

function parseDocuments(text: string, lineCounter: LineCounter) {
  try {
    // An empty text gives an empty list of another type: spread into one.
    return [...parseAllDocuments(text, { schema: 'core', uniqueKeys: true, prettyErrors: false, lineCounter })];
  } catch (error) {
    // The parser is recursive: on thousands of open brackets it may end in a stack overflow.
    if (error instanceof RangeError) return 'too deep';
    throw error;
  }
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isScalar(value) || isSeq(value) || isMap(value);
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** A value that is missing is shown at what should hold it. */
function locateNearest(positions: ReadonlyMap<string, Position>, path: Path): Position | undefined {
  for (let length = path.length; length >= 0; length--) {
    const found = positions.get(keyOf(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
