/**
 * The value of a command's option.
 * @param help how the command is used, for who used it otherwise
 * @throws Error where it is no whole number of at most ten digits
 */
export function wholeNumber(option: string, text: string, help: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${option} is "${text}"; it takes a whole number.\n${help}`);
}
