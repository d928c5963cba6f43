import type { CommandDefinition, OptionDefinition } from './command.ts';
import { type FamilyDefinition, GLOBAL_OPTIONS, PROGRAM, YES_OPTION } from './program.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can be typed after some words. */
interface Place {
  /** `''`: first of all; `rollout`; `rollout pause`. */
  readonly words: string;
  readonly next: readonly Candidate[];
}

interface Candidate {
  readonly word: string;
  readonly what: string;
}

/** A script for the shell, made from the commands as they are: nothing of it asks AWS. */
export function completionScript(
  shell: Shell,
  commands: readonly CommandDefinition[],
  families: readonly FamilyDefinition[],
): string {
  const places = placesOf(commands, families);
  return shell === 'bash' ? bashScript(places, commands) : zshScript(places, commands);
}

function placesOf(commands: readonly CommandDefinition[], families: readonly FamilyDefinition[]): readonly Place[] {
  const isOfFamily = (name: string, { name: own }: CommandDefinition) => own.startsWith(`${name} `);
  const first = [
    ...commands.filter(({ name }) => !name.includes(' ')).map(({ name, summary }) => ({ word: name, what: summary })),
    ...families.map(({ name, summary }) => ({ word: name, what: summary })),
    { word: 'help', what: 'print the help of a command' },
  ];
  const second = families.map(({ name }) => ({
    words: name,
    next: commands
      .filter((one) => isOfFamily(name, one))
      .map(({ name: own, summary }) => ({ word: own.slice(name.length + 1), what: summary })),
  }));
  const last = commands.map(({ name, operands = [], options = [], changes = false }) => ({
    words: name,
    next: [
      ...operands.flatMap(({ choices = [], what }) => choices.map((word) => ({ word, what }))),
      ...[...options, ...(changes ? [YES_OPTION] : []), ...GLOBAL_OPTIONS].map(candidateOf),
      { word: '--help', what: 'print this help' },
    ],
  }));
  return [{ words: '', next: first }, ...second, ...last];
}

function candidateOf({ flags, what }: OptionDefinition): Candidate {
  return { word: longName(flags), what };
}

/** Of `-f, --file <path>`: `--file`. */
function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

interface Valued {
  readonly names: readonly string[];
  /** Words for the value; none: anything. */
  readonly choices: readonly string[];
  readonly isFile: boolean;
}

/** Options that are followed by a value. */
function valuedOptions(commands: readonly CommandDefinition[]): readonly Valued[] {
  const all: readonly OptionDefinition[] = [...GLOBAL_OPTIONS, ...commands.flatMap(({ options = [] }) => options)];
  const byFlags = new Map(all.filter(({ flags }) => /[<[]/.test(flags)).map((option) => [option.flags, option]));
  return [...byFlags.values()].map(({ flags, choices = [] }) => ({
    names: flags.match(/-{1,2}[a-z][a-z-]*/g) ?? [],
    choices,
    isFile: flags.includes('<path>'),
  }));
}

function bashScript(places: readonly Place[], commands: readonly CommandDefinition[]): string {
  const values = valuedOptions(commands);
  const valueCases = values.map(({ names, choices, isFile }) => {
    const reply = isFile
      ? 'COMPREPLY=($(compgen -f -- "$current"))'
      : `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current"))`;
    return `    ${names.join(' | ')}) ${reply}; return ;;`;
  });
  const cases = places.map(
    ({ words, next }) => `    '${words}') candidates='${next.map(({ word }) => word).join(' ')}' ;;`,
  );
  return `# ${PROGRAM} for bash: source <(${PROGRAM} completion bash)
_${PROGRAM}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words='' index word skip=0 candidates=''
  case "\${COMP_WORDS[COMP_CWORD - 1]}" in
${valueCases.join('\n')}
  esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [ "$skip" = 1 ]; then skip=0; continue; fi
    case "$word" in
      ${values.flatMap(({ names }) => names).join(' | ')}) skip=1 ;;
      -*) ;;
      *) case "$words" in '' | ${familyWords(places)}) words="\${words:+$words }$word" ;; esac ;;
    esac
  done
  case "$words" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -F _${PROGRAM} ${PROGRAM}
`;
}

function zshScript(places: readonly Place[], commands: readonly CommandDefinition[]): string {
  const values = valuedOptions(commands);
  const valueCases = values.map(({ names, choices, isFile }) => {
    const reply = isFile ? '_files' : choices.length === 0 ? '_message value' : `compadd -- ${choices.join(' ')}`;
    return `    ${names.join(' | ')}) ${reply}; return ;;`;
  });
  const cases = places.map(({ words, next }) => {
    const entries = next.map(({ word, what }) => `      '${word.replaceAll(':', '\\:')}:${zshText(what)}'`);
    return `    '${words}') candidates=(\n${entries.join('\n')}\n    ) ;;`;
  });
  return `#compdef ${PROGRAM}
# ${PROGRAM} for zsh: source <(${PROGRAM} completion zsh), or a file _${PROGRAM} in \\$fpath
_${PROGRAM}() {
  local words_so_far='' word skip=0 index
  local -a candidates
  case "\${words[CURRENT-1]}" in
${valueCases.join('\n')}
  esac
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    if [[ $skip == 1 ]]; then skip=0; continue; fi
    case "$word" in
      ${values.flatMap(({ names }) => names).join(' | ')}) skip=1 ;;
      -*) ;;
      *) case "$words_so_far" in '' | ${familyWords(places)}) words_so_far="\${words_so_far:+$words_so_far }$word" ;; esac ;;
    esac
  done
  case "$words_so_far" in
${cases.join('\n')}
  esac
  _describe '${PROGRAM}' candidates
}
if [[ "\${funcstack[1]}" == _${PROGRAM} ]]; then _${PROGRAM} "$@"; else compdef _${PROGRAM} ${PROGRAM}; fi
`;
}

/** Words that another one belongs to. */
function familyWords(places: readonly Place[]): string {
  const families = places.filter(({ words }) => places.some((other) => other.words.startsWith(`${words} `)));
  return families.map(({ words }) => `'${words}'`).join(' | ');
}

function zshText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(':', '\\:').replaceAll("'", '’');
}
