import { few } from '../../few.ts';
import type { VolumeSeen } from '../../observe/observation.ts';
import type { DoctorFacts } from './facts.ts';
import type { Checked, Finding } from './finding.ts';

export function checkDisks({ input, overview, answers }: DoctorFacts): Checked {
  const { volumes } = input.observation;
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], what: string, remedy: string): void => {
    findings.push({ check: 'disks', severity, what, remedy });
  };
  const names = (some: readonly VolumeSeen[]): string =>
    few(some.map(({ id, logicalId }) => (logicalId === undefined ? id : `${id} (${logicalId})`)));
  const pets = overview.groups.flatMap(({ machines }) => machines).filter(({ logicalId }) => logicalId !== undefined);
  const lost = pets.filter(({ volumeId }) => volumeId === undefined).map(({ logicalId = '' }) => logicalId);
  if (lost.length > 0) {
    add(
      'error',
      `no disk is listed for ${lost.join(', ')}`,
      'It is made anew after two minutes, where the Swarm has a quorum without it.',
    );
  }
  const loose = volumes.filter(
    ({ logicalId, mark, attachedTo }) => logicalId !== undefined && mark === undefined && attachedTo === undefined,
  );
  const unclaimed = loose.filter(({ logicalId }) => !pets.some((one) => one.logicalId === logicalId));
  const waiting = loose.filter((one) => !unclaimed.includes(one));
  if (waiting.length > 0)
    add('warning', `not attached: ${names(waiting)}`, 'Its machine takes it by itself: `everswarm status`.');
  const kept = [...unclaimed, ...volumes.filter(({ mark }) => mark !== undefined)];
  if (kept.length > 0) {
    add(
      'note',
      `kept, and used by nobody: ${names(kept)}`,
      'The controller never deletes a disk. Delete it when nothing on it is needed.',
    );
  }
  const open = volumes.filter(({ encrypted, mark }) => encrypted === false && mark === undefined);
  if (open.length > 0) {
    add(
      'warning',
      `not encrypted: ${names(open)}`,
      'Turn on EBS encryption by default for the account, or give the construct a key; then replace them one by one.',
    );
  }
  const own = new Set(pets.map(({ instanceId }) => instanceId));
  const wrong = answers.filter(({ instanceId, stateMounted }) => own.has(instanceId) && !stateMounted);
  if (wrong.length > 0) {
    const which = few(wrong.map(({ instanceId }) => instanceId));
    add(
      'error',
      `/var/lib/docker is not on its own disk on ${which}: its state goes with the machine`,
      '`everswarm replace` it, as long as the others are well.',
    );
  }
  return { check: 'disks', said: `${pets.length} of ${pets.length} attached, none is lost`, looked: true, findings };
}
