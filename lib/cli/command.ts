import type { z } from 'zod';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** One command, as the parser, its help, the completions and the documentation are made from. */
export interface CommandDefinition {
  /** What is typed: `status`, `rollout pause`. */
  readonly name: string;
  readonly section: Section;
  /** One line, without a full stop. */
  readonly summary: string;
  /** What else there is to know; each a paragraph. */
  readonly detail?: readonly string[];
  readonly operands?: readonly Operand[];
  readonly options?: readonly OptionDefinition[];
  /** Does it change anything? Then it asks first, and takes `--yes`. */
  readonly changes?: boolean;
  readonly examples: readonly Example[];
  /** @throws CliError, OperateError, AWS's errors */
  run(context: CommandContext, given: Given): Promise<ExitCode>;
}

/** Under which the commands are listed, in this order. */
export const SECTIONS = ['Look', 'Change', 'Step in', 'Set up'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Operand {
  /** `<group>`: must be there; `[version]`: may; `<x...>`: several. */
  readonly syntax: string;
  readonly what: string;
  readonly choices?: readonly string[];
}

export interface OptionDefinition {
  /** E.g. `-f, --file <path>`, `--no-ask`. */
  readonly flags: string;
  readonly what: string;
  readonly choices?: readonly string[];
}

export interface Example {
  /** What is typed after `everswarm`. */
  readonly line: string;
  readonly what: string;
}

/** What was typed, not looked at yet. */
export interface Given {
  readonly operands: readonly string[];
  /** By the camel-cased long name; text, or true and false. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws CliError `usage` */
export function optionsOf<T extends z.ZodType>({ options }: Given, schema: T): z.output<T> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new CliError(EXIT.usage, `--${name}: ${issue?.message ?? 'not understood'}`);
}
