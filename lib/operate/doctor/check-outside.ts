import { LIMITS } from '../../plan/limits.ts';
import { changesOf } from '../../preview/changes.ts';
import { age, counted } from '../../words.ts';
import type { DoctorFacts } from './facts.ts';
import type { Checked, Finding } from './finding.ts';

const HOUR = 3_600_000;

export function checkTokens({ input }: DoctorFacts): Checked {
  const { rotation, genesis } = input.records;
  const since = rotation?.at ?? genesis?.claimedAt;
  if (since === undefined) return { check: 'tokens', said: 'there is no Swarm yet', looked: false, findings: [] };
  const hours = input.committed.deployment.tokenRotationHours ?? LIMITS.tokenRotationHours;
  const old = input.now - since;
  const findings: Finding[] =
    old <= 2 * hours * HOUR
      ? []
      : [
          {
            check: 'tokens',
            severity: 'warning',
            what: `the join tokens are ${age(old)} old, and are to be replaced every ${hours} h`,
            remedy: 'They are replaced when nothing else is to be done: docs/runbook.md#tokens-old.',
          },
        ];
  return { check: 'tokens', said: `${age(old)} old`, looked: true, findings };
}

export function checkAlarms({ alarms, input }: DoctorFacts): Checked {
  if (!alarms.seen)
    return { check: 'alarms', said: `could not be read: ${alarms.reason}`, looked: false, findings: [] };
  const findings = alarms.value.map(({ key, why, since }): Finding => {
    const long = since === undefined ? '' : ` for ${age(input.now - since)}`;
    return {
      check: 'alarms',
      severity: 'error',
      what: `${key} is in alarm${long}${why === undefined ? '' : `: ${why}`}`,
      remedy: `docs/runbook.md#${key}.`,
    };
  });
  return { check: 'alarms', said: 'none is in alarm, dead letters included', looked: true, findings };
}

/** What a file says otherwise than what is in force. */
export function checkDeclaration({ declared, input, overview }: DoctorFacts): Checked {
  if (declared === undefined)
    return { check: 'declaration', said: 'no file was given to compare with', looked: false, findings: [] };
  if (declared.cluster !== overview.cluster) {
    const said = `the file declares "${declared.cluster}", another cluster`;
    return { check: 'declaration', said, looked: false, findings: [] };
  }
  const { committed } = input;
  const changes = changesOf(committed, { ...committed, spec: declared });
  const differences = changes.map(
    ({ path, from, to }) => `${path.replace(/^groups\./, '')} is ${from}, the file says ${to}`,
  );
  const findings: Finding[] =
    changes.length === 0
      ? []
      : [
          {
            check: 'declaration',
            severity: 'warning',
            what: `${counted(changes.length, 'difference')} to version ${committed.version}: ${differences.join('; ')}`,
            remedy:
              'The next `cdk deploy` brings what the file says: write there what is to stay, or `everswarm apply` it.',
          },
        ];
  return { check: 'declaration', said: `version ${committed.version} is what the file says`, looked: true, findings };
}
