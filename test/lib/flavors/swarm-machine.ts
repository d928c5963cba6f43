import { documentScript } from '../../../lib/flavors/documents.ts';
import type { DocumentKey } from '../../../lib/names.ts';
import { type Ended, StubMachine } from './machine.ts';

/** What every effect takes, as the stub machine expects it. */
export const ME = { instances: 'i-0000000b,i-0000000a', fence: '7', order: '' };
export const TOKEN = 'SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-1awxwuwd3z9j1z3puu7rcgdbx';

/** A machine whose boot is done and whose engine says this of its Swarm. */
export async function machine(swarm = 'active true'): Promise<StubMachine> {
  const made = await StubMachine.create();
  await made.put('run/boot', 'done\n');
  await made.put('answers/swarm', `${swarm}\n`);
  await made.put('answers/join', 'echo "active false" > answers/swarm\n');
  await made.stub(
    'docker',
    `case "$*" in
      info*) cat answers/swarm ;;
      'swarm leave'*) echo inactive false > answers/swarm ;;
      'swarm join-token'*) echo ${TOKEN} ;;
      *) . ./answers/docker ;;
    esac`,
  );
  await made.stub(
    'aws',
    `case "$*" in
      *get-parameter*join-token/*)
        words="$*"; role=\${words##*join-token/}; role=\${role%% *}
        for file in "stored-$role" stored; do if [ -e "$file" ]; then cat "$file"; exit; fi; done
        echo 'ParameterNotFound' >&2; exit 254 ;;
      *put-parameter*join-token/manager*) cat > stored-manager ;;
      *put-parameter*join-token/worker*) cat > stored-worker ;;
    esac`,
  );
  return made;
}

/** Runs a document as this cluster's, its parameters put in. */
export function run(made: StubMachine, key: DocumentKey, parameters: Record<string, string> = {}): Promise<Ended> {
  return made.run(documentScript('demo', key, made.paths), { ...ME, ...parameters });
}

/** The line in which a script says why it ended so. */
export const lastWord = (stderr: string) => stderr.trim().split('\n').at(-1) ?? '';
