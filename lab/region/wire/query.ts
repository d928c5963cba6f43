import { ServiceError } from '../protocol/service-error.ts';

/** A parameter of a Query request: `A.1.B=x` is a node `A` with a child `1` with a child `B` of value `x`. */
export interface QueryNode {
  readonly value: string | undefined;
  readonly children: ReadonlyMap<string, QueryNode>;
}

interface GrowingNode extends QueryNode {
  value: string | undefined;
  readonly children: Map<string, GrowingNode>;
}

export function parseQuery(body: string): QueryNode {
  const root: GrowingNode = { value: undefined, children: new Map() };
  for (const [name, value] of new URLSearchParams(body)) {
    let node = root;
    for (const part of name.split('.')) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { value: undefined, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

/** The same parameters as text that does not depend on their order. */
export function canonicalQuery(node: QueryNode, without: readonly string[] = []): string {
  const parts = [...node.children]
    .filter(([name]) => !without.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, child]) => `${encodeURIComponent(name)}{${canonicalQuery(child)}}`);
  return `${node.value === undefined ? '' : `=${encodeURIComponent(node.value)}`}${parts.join('')}`;
}

/** Typed access to a request's parameters. Every error names the parameter by its path on the wire. */
export class Params {
  readonly node: QueryNode;
  readonly #path: string;

  constructor(node: QueryNode, path = '') {
    this.node = node;
    this.#path = path;
  }

  /** @throws ServiceError `UnknownParameter`: what the model does not know is refused, never ignored. */
  allow(names: readonly string[]): this {
    for (const name of this.node.children.keys()) {
      if (names.includes(name)) continue;
      throw new ServiceError(
        'UnknownParameter',
        `The parameter ${this.#path}${name} is not recognized by the lab; it knows ${names.join(', ')}.`,
      );
    }
    return this;
  }

  text(name: string): string | undefined {
    return this.node.children.get(name)?.value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined && value !== '') return value;
    throw new ServiceError('MissingParameter', `The request must contain the parameter ${this.#path}${name}`);
  }

  whole(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^-?\d+$/.test(value)) return Number(value);
    throw this.invalid(name, value, 'a whole number');
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === 'true') return true;
    if (value === 'false') return false;
    throw this.invalid(name, value, 'true or false');
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw this.invalid(name, value, `one of ${allowed.join(', ')}`);
  }

  texts(name: string): readonly string[] {
    return this.#items(name).flatMap(([, node]) => (node.value === undefined ? [] : [node.value]));
  }

  struct(name: string): Params | undefined {
    const node = this.node.children.get(name);
    return node === undefined ? undefined : new Params(node, `${this.#path}${name}.`);
  }

  structs(name: string): readonly Params[] {
    return this.#items(name).map(([index, node]) => new Params(node, `${this.#path}${name}.${index}.`));
  }

  invalid(name: string, value: string, allowed: string): ServiceError {
    return new ServiceError(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${this.#path}${name} is invalid. Expected ${allowed}.`,
    );
  }

  #items(name: string): readonly (readonly [string, QueryNode])[] {
    const list = this.node.children.get(name);
    return list === undefined ? [] : [...list.children].sort(([a], [b]) => Number(a) - Number(b));
  }
}
