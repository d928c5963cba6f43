/** Numbers and times as people read them; the same in the command line and in the console. */

const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'];

/** `none`, `one`, … `six`, then digits. */
export function inWords(number: number): string {
  return NUMBERS[number] ?? String(number);
}

/** `1 machine`, `3 machines`. */
export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** `45 s`, `12 min`, `3 h`, `5 d`. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
