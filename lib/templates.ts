import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';

/**
 * The files of `templates/`, rendered strictly: a name that has no value is an error and not an empty string.
 *
 * Shell sources (`.sh.hbs`) are not escaped, as Handlebars knows only HTML; a value that is not known to be harmless
 * goes through `{{quote value}}`. Everything else (`.html.hbs`) is escaped as usual. `{{param 'name'}}` leaves
 * `{{ name }}` in the text, for Systems Manager to put the parameter's value in.
 */
export function renderTemplate(name: string, values: object): string {
  const kind = name.endsWith('.sh.hbs') ? 'shell' : 'markup';
  let template = compiled.get(name);
  if (template === undefined) {
    const options = { strict: true, noEscape: kind === 'shell' };
    template = environment().compile(readTemplate(name), options);
    compiled.set(name, template);
  }
  try {
    return template(values);
  } catch (error) {
    throw new TemplateError(name, error instanceof Error ? error.message : String(error), error);
  }
}

export class TemplateError extends Error {
  readonly code = 'TemplateFailed';
  constructor(name: string, found: string, cause?: unknown) {
    super(`template ${name}: ${found}`, { cause });
    this.name = 'TemplateError';
  }
}

/** POSIX: everything between single quotes stands for itself; a single quote ends them, stands escaped, and reopens. */
export function shellQuote(value: string): string {
  if (value.includes('\0')) {
    throw new TypeError('a value for a shell script contains a NUL byte, which no shell can hold; remove it');
  }
  return `'${value.replaceAll("'", "'\\''")}'`;
}

const compiled = new Map<string, HandlebarsTemplateDelegate>();
let shared: typeof Handlebars | undefined;

function environment(): typeof Handlebars {
  if (shared !== undefined) return shared;
  const handlebars = Handlebars.create();
  handlebars.registerHelper('quote', (value: unknown) => {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new TypeError(`{{quote}} takes a string or a number, not ${value === null ? 'null' : typeof value}`);
    }
    return shellQuote(String(value));
  });
  handlebars.registerHelper('param', (name: unknown) => {
    if (typeof name !== 'string') throw new TypeError(`{{param}} takes the name of a parameter, not ${typeof name}`);
    return `{{ ${name} }}`;
  });
  const partials = join(directory(), 'partials');
  for (const file of readdirSync(partials)) {
    if (file.endsWith('.hbs'))
      handlebars.registerPartial(basename(file, '.sh.hbs'), readFileSync(join(partials, file), 'utf8'));
  }
  shared = handlebars;
  return handlebars;
}

function readTemplate(name: string): string {
  const path = join(directory(), name);
  if (!existsSync(path)) throw new TemplateError(name, `is not in ${directory()}`);
  return readFileSync(path, 'utf8');
}

/** Beside the bundle in a Lambda function; one level up in the source tree. */
function directory(): string {
  const candidates = ['./templates/', '../templates/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new TemplateError('(all)', `no directory of templates at ${candidates.join(' or ')}`);
  return found;
}
