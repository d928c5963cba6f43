import { z } from 'zod';
import { type Proposal, propose, proposeSpec } from '../../operate/proposal.ts';
import { look } from '../../operate/situation.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { FILE_OPTION, readDeclared } from '../declared.ts';
import { EXIT } from '../exit-codes.ts';
import { hanging } from '../layout.ts';
import { print } from '../output.ts';
import { previewLines, summaryOf } from '../views/preview-view.ts';
import { ASK_OPTION } from './status.ts';

const OPTIONS = z.object({ ask: z.boolean(), file: z.string().optional() });

export const plan: CommandDefinition = {
  name: 'plan',
  section: 'Look',
  summary: 'show what would be done: now, or with another declaration',
  detail: [
    'Without a file: what the controller has left to do. With one: what would become of the cluster with it, to the end. Nothing is changed.',
  ],
  options: [{ ...FILE_OPTION, what: 'a file that declares the cluster, e.g. swarm.yaml' }, ASK_OPTION],
  examples: [
    { line: 'plan', what: 'what is left to do' },
    { line: 'plan -f swarm.yaml', what: 'what this file would change' },
  ],
  async run(context, given) {
    const { ask, file } = optionsOf(given, OPTIONS);
    const declared = file === undefined ? undefined : await readDeclared(context, file);
    const { operator, region } = await context.connect();
    const proposal =
      declared === undefined
        ? await whatIsLeft(() => look(operator, { ask }))
        : await proposeSpec(operator, declared, { ask });
    const { before, preview, changed } = proposal;
    const { paint, terminal } = context;
    print(context, {
      data: { cluster: operator.cluster, version: before.version, changed, preview },
      lines: () => {
        const title = `${paint('strong', operator.cluster)} in ${region}: version ${before.version}`;
        const isIdle = [preview.steps, preview.next, preview.held, preview.waiting].every(({ length }) => length === 0);
        if (isIdle && !changed && preview.refused.length === 0) {
          return hanging(
            '',
            `${title}. Nothing is to be done: all is as ${file ?? 'it is'} declared.`,
            terminal.columns,
          );
        }
        const whatIf = changed ? ` → ${before.version + 1}, as ${file} declares it` : ', what is left to do';
        return [
          `${title}${whatIf}`,
          '',
          ...previewLines(preview, { paint, columns: terminal.columns }),
          '',
          `${summaryOf(preview)}.`,
        ];
      },
    });
    return EXIT.done;
  },
};

async function whatIsLeft(read: () => ReturnType<typeof look>): Promise<Proposal> {
  const situation = await read();
  const { spec, images } = situation.input.committed;
  return propose(situation, { spec, images });
}
