import { few } from '../../few.ts';
import type { MachineProbe } from '../../observe/observation.ts';
import { LIMITS } from '../../plan/limits.ts';
import { age, counted, inWords } from '../../words.ts';
import type { DoctorFacts } from './facts.ts';
import type { Checked, Finding } from './finding.ts';

const DAY = 24 * 60 * 60_000;
/** Engines renew their certificate long before: at half of its time, which is 90 days by default. */
const CERTIFICATE = 7 * DAY;
/** Raft logs times, and certificates have a beginning: much more than this is a clock that is wrong. */
const CLOCK = 30_000;
const FREE = 2 * 2 ** 30;

export function checkQuorum({ overview: { quorum, groups } }: DoctorFacts): Checked {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], what: string, remedy: string): void => {
    findings.push({ check: 'quorum', severity, what, remedy });
  };
  const managers = groups.filter(({ flavor }) => flavor === 'swarm-manager').flatMap(({ machines }) => machines);
  if (quorum.state === 'lost' || quorum.state === 'split') {
    add('error', quorum.words, 'Machines that are gone come back by themselves; else docs/runbook.md#quorum-lost.');
  } else if (quorum.state !== 'quorum') {
    add('error', quorum.words, '`everswarm describe` of a manager says what it answers.');
  } else if (quorum.margin === 0 && managers.length > 1) {
    add('warning', `${quorum.words}: one more, and the Swarm takes no changes`, 'docs/runbook.md#quorum-at-risk.');
  }
  const zones = new Set(managers.map(({ zone }) => zone));
  const spread = Math.min(3, managers.length);
  if (zones.size < spread && managers.length >= 3) {
    const what = `${managers.length} managers are in ${counted(zones.size, 'zone')}: the loss of one may take the quorum`;
    add('warning', what, 'Declare addresses in the subnets of three zones.');
  }
  return { check: 'quorum', said: quorum.words, looked: true, findings };
}

export function checkMachines({ overview, input, silent }: DoctorFacts): Checked {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], what: string, remedy: string): void => {
    findings.push({ check: 'machines', severity, what, remedy });
  };
  const old = (id: string): boolean => {
    const instance = input.observation.instances.find((one) => one.id === id);
    return instance !== undefined && input.now - instance.launchedAt > LIMITS.boot;
  };
  const quiet = [...silent].filter(([id]) => old(id));
  const [first] = quiet;
  if (first !== undefined) {
    const names = few(quiet.map(([id]) => id));
    add(
      'error',
      `can't be asked: ${names} (${first[1]})`,
      'See that the SSM agent runs there and reaches Systems Manager.',
    );
  }
  const { others } = overview;
  if (others.length > 0) {
    const names = few(others.map(({ instanceId }) => instanceId ?? '?'));
    add(
      'warning',
      `carry the cluster's tag, and are in no declared group: ${names}`,
      'Those that are no leavers: end them by hand, or declare them.',
    );
  }
  const drained = overview.groups
    .flatMap(({ machines }) => machines)
    .filter(({ node }) => node?.availability === 'drain' || node?.availability === 'pause');
  if (drained.length > 0) {
    const names = few(drained.map(({ logicalId, instanceId }) => logicalId ?? instanceId ?? '?'));
    add('note', `take no tasks: ${names}`, '`everswarm drain --undo`; what was drained by hand is ended by hand.');
  }
  const count = overview.groups.reduce((sum, { machines }) => sum + machines.length, 0);
  return { check: 'machines', said: `${counted(count, 'machine')}, each answers`, looked: true, findings };
}

export function checkEngines({ answers, input }: DoctorFacts): Checked {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], what: string, remedy: string): void => {
    findings.push({ check: 'engines', severity, what, remedy });
  };
  const named = (some: readonly MachineProbe[]): string => few(some.map(({ instanceId }) => instanceId));
  const versions = byVersion(answers);
  if (versions.length > 1) {
    const list = versions.map(
      ({ version, machines }) => `${version} on ${machines.length > 3 ? inWords(machines.length) : named(machines)}`,
    );
    add(
      'warning',
      `different versions of Docker: ${list.join('; ')}`,
      '`everswarm replace` the odd ones, or pin one image for all groups.',
    );
  }
  const wrong = answers.filter(({ clock }) => Math.abs(clock - input.now) > CLOCK);
  if (wrong.length > 0)
    add('warning', `the clock is wrong on ${named(wrong)}`, 'See that chrony runs there: certificates depend on it.');
  const ending = answers.filter(
    ({ certificateEnds }) => certificateEnds !== undefined && certificateEnds - input.now < CERTIFICATE,
  );
  const [soonest] = ending;
  if (soonest?.certificateEnds !== undefined) {
    const left = age(soonest.certificateEnds - input.now);
    add('error', `the Swarm certificate of ${named(ending)} ends in ${left}`, 'docs/runbook.md#certificate-ending.');
  }
  const full = answers.filter(({ freeBytes }) => freeBytes !== undefined && freeBytes < FREE);
  if (full.length > 0)
    add(
      'warning',
      `less than 2 GiB free at /var/lib/docker on ${named(full)}`,
      '`docker system prune` there, or a larger disk.',
    );
  const [only] = versions;
  return {
    check: 'engines',
    said: only === undefined ? 'none answers' : `Docker ${only.version} on all`,
    looked: answers.length > 0,
    findings,
  };
}

function byVersion(answers: readonly MachineProbe[]) {
  const versions = new Map<string, MachineProbe[]>();
  for (const probe of answers) {
    if (probe.engine.state !== 'up') continue;
    const known = versions.get(probe.engine.version);
    if (known === undefined) versions.set(probe.engine.version, [probe]);
    else known.push(probe);
  }
  return [...versions]
    .map(([version, machines]) => ({ version, machines }))
    .sort((a, b) => b.machines.length - a.machines.length);
}
