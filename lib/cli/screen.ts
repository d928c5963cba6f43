import { cut } from './style.ts';
import type { Terminal } from './terminal.ts';

const ESC = '\u001b[';
/** Another screen, as editors use it: what was on the terminal comes back afterwards. The cursor is hidden. */
const ENTER = `${ESC}?1049h${ESC}?25l`;
const LEAVE = `${ESC}?25h${ESC}?1049l`;
/** Terminals that know it show everything between at once; others take no notice. */
const [BEGIN, END] = [`${ESC}?2026h`, `${ESC}?2026l`];
const [HOME, REST_OF_LINE, REST_OF_SCREEN] = [`${ESC}H`, `${ESC}K`, `${ESC}J`];

/** A screen that is drawn over and over. Nothing is cleared before it is written again, so that it does not flicker. */
export interface Screen {
  draw(lines: readonly string[]): void;
  leave(): void;
}

export function enterScreen(terminal: Terminal): Screen {
  terminal.write(ENTER);
  return {
    draw(lines) {
      const [columns, rows] = [terminal.columns ?? 80, terminal.rows ?? 24];
      const shown =
        lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} lines more`];
      const text = shown.map((line) => cut(line, columns) + REST_OF_LINE).join('\r\n');
      terminal.write(`${BEGIN}${HOME}${text}${REST_OF_SCREEN}${END}`);
    },
    leave() {
      terminal.write(LEAVE);
    },
  };
}
