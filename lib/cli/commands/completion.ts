import type { CommandDefinition } from '../command.ts';
import { completionScript, SHELLS } from '../completion.ts';
import { EXIT } from '../exit-codes.ts';
import type { FamilyDefinition } from '../program.ts';

/** @param all the commands to complete, this one included */
export function completionCommand(
  all: () => readonly CommandDefinition[],
  families: readonly FamilyDefinition[],
): CommandDefinition {
  return {
    name: 'completion',
    section: 'Set up',
    summary: 'print a script that completes commands and options in bash or zsh',
    operands: [{ syntax: '<shell>', what: 'which shell', choices: SHELLS }],
    examples: [
      { line: 'completion bash', what: 'in ~/.bashrc: source <(everswarm completion bash)' },
      { line: 'completion zsh', what: 'in ~/.zshrc, after compinit: source <(everswarm completion zsh)' },
    ],
    async run({ terminal }, { operands }) {
      const shell = SHELLS.find((one) => one === operands[0]) ?? 'bash';
      terminal.out(completionScript(shell, all(), families).trimEnd());
      return EXIT.done;
    },
  };
}
