/** Where the command line writes and asks; tests give their own. */
export interface Terminal {
  /** A line of a result, on standard output. */
  out(line: string): void;
  /** A line of what is under way, on standard error. */
  note(line: string): void;
  /** Columns of standard output; `undefined`: no terminal, so that nothing is wrapped and whole lines can be searched. */
  readonly columns: number | undefined;
  /** May results be coloured? */
  readonly color: boolean;
  /** May what is under way be coloured? */
  readonly noteColor: boolean;
  /** Asks on standard error and reads a line; `undefined`: there is nobody to ask. */
  ask(question: string): Promise<string | undefined>;
}
