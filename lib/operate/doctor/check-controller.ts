import { LIMITS } from '../../plan/limits.ts';
import { age, counted } from '../../words.ts';
import { UNHEARD } from '../overview.ts';
import type { DoctorFacts } from './facts.ts';
import type { Checked, Finding } from './finding.ts';

/** A whole roll-out may take longer; a repair does not. */
const LONG = 15 * 60_000;

export function checkAccess({ overview, wake, silent }: DoctorFacts): Checked {
  const findings: Finding[] = [];
  if (!wake.seen) {
    const remedy =
      'Whoever operates a cluster needs what `swarm.grantOperate(role)` gives; without it a command waits for the next minute.';
    findings.push({
      check: 'access',
      severity: 'warning',
      what: `the controller can't be invoked: ${wake.reason}`,
      remedy,
    });
  }
  const denied = [...silent].filter(([, reason]) => /^(AccessDenied|UnauthorizedOperation)/.test(reason));
  const [first] = denied;
  if (first !== undefined) {
    const remedy =
      'It takes ssm:SendCommand on the documents `probe` and `node-list`: `swarm.grantOperate(role)` gives it.';
    findings.push({ check: 'access', severity: 'error', what: `machines can't be asked: ${first[1]}`, remedy });
  }
  const said = `table, EC2 and Systems Manager of ${overview.cluster} can be read, the controller can be woken`;
  return { check: 'access', said, looked: true, findings };
}

export function checkController({ overview }: DoctorFacts): Checked {
  const { at, lastPass, pause, mode, recovery } = overview;
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], what: string, remedy: string): void => {
    findings.push({ check: 'controller', severity, what, remedy });
  };
  const unheard = lastPass === undefined ? undefined : at - lastPass.at;
  if (lastPass === undefined || (unheard ?? 0) > UNHEARD) {
    const what = unheard === undefined ? 'it has never been heard of' : `it was last heard of ${age(unheard)} ago`;
    add('error', what, 'See its log and its failure queue: docs/runbook.md#reconciler-silent.');
  }
  if (pause !== undefined) {
    const what = `it is paused, by ${pause.by} ${age(at - pause.at)} ago: ${pause.reason}; nothing is repaired`;
    add('warning', what, '`everswarm resume` has it work again.');
  }
  if (mode === 'removing') add('error', 'the cluster is being taken down', 'Deploy the stack again to keep it.');
  if (recovery !== undefined) {
    add(
      'warning',
      `a recovery from ${recovery.survivor} is under way, by ${recovery.by}`,
      '`everswarm status --watch`.',
    );
  }
  const broken = lastPass?.notWholeSince;
  if (broken !== undefined && at - broken > LONG && !overview.whole) {
    add(
      'error',
      `the cluster has not been whole for ${age(at - broken)}`,
      '`everswarm status` says what is held back, and why.',
    );
  }
  return { check: 'controller', said: `heard of ${age(unheard ?? 0)} ago`, looked: true, findings };
}

export function checkLaunches({ input }: DoctorFacts): Checked {
  const failing = [...input.records.launches.values()].filter(
    ({ failures, confirmedAt }) => failures > 0 && confirmedAt === undefined,
  );
  const findings = failing.map(({ slot, failures, lastError }): Finding => {
    const isParked = failures >= LIMITS.failuresToPark;
    const error = lastError === undefined ? '' : `: ${lastError}`;
    return {
      check: 'launches',
      severity: isParked ? 'error' : 'warning',
      what: `${failures} ${failures === 1 ? 'launch' : 'launches in a row'} for ${slot} failed${error}`,
      remedy: isParked
        ? 'It is tried again after hours only: docs/runbook.md#launches-parked.'
        : 'It is tried again by itself, less and less often. `everswarm events` says more.',
    };
  });
  return { check: 'launches', said: 'none fails', looked: true, findings };
}

export function checkRollouts({ overview }: DoctorFacts): Checked {
  const findings = overview.groups.flatMap(({ name, rollout: { phase, halt, outdated } }): readonly Finding[] => {
    if (phase !== 'halted') return [];
    return [
      {
        check: 'roll-outs',
        severity: 'warning',
        what: `that of ${name} is halted by ${halt?.by ?? 'the controller'}: ${halt?.reason ?? ''}; ${counted(outdated, 'machine')} to go`,
        remedy: `\`everswarm rollout resume ${name}\` to go on, \`everswarm rollout undo ${name}\` to go back.`,
      },
    ];
  });
  return { check: 'roll-outs', said: 'none is halted', looked: true, findings };
}
