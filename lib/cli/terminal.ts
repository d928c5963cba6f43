/** Where the command line writes and asks; tests give their own. */
export interface Terminal {
  /** A line of a result, on standard output. */
  out(line: string): void;
  /** A line of what is under way, on standard error. */
  note(line: string): void;
  /** Columns of standard output; `undefined`: no terminal, so that nothing is wrapped and whole lines can be searched. */
  readonly columns: number | undefined;
  /** Lines of standard output; `undefined`: no terminal. */
  readonly rows: number | undefined;
  /** Columns of standard error. */
  readonly noteColumns: number | undefined;
  /** May results be coloured? */
  readonly color: boolean;
  /** May what is under way be coloured? */
  readonly noteColor: boolean;
  /** Writes to standard output as it is, for screens that are drawn. */
  write(text: string): void;
  /** Asks on standard error and reads a line; `undefined`: there is nobody to ask. */
  ask(question: string): Promise<string | undefined>;
}
