import type { CommandOutcome, CommandRunner } from '../aws/run-command.ts';
import { documentFacts } from '../flavors/document-facts.ts';
import type { ProbeOutcome } from './observation.ts';
import { parseProbeReport } from './probe-report.ts';

/**
 * Asks machines what they are and what they see of the Swarm. An outcome for each id: a machine that can't be asked is
 * `silent`, which is not the same as gone.
 */
export async function probeMachines(options: {
  readonly runner: CommandRunner;
  readonly instanceIds: readonly string[];
}): Promise<Map<string, ProbeOutcome>> {
  const { deliverySeconds, waitSeconds } = documentFacts('probe');
  const outcomes = await options.runner.run({
    document: 'probe',
    instanceIds: options.instanceIds,
    parameters: {},
    deliverySeconds,
    waitSeconds,
  });
  return new Map([...outcomes].map(([id, outcome]) => [id, probeOutcome(id, outcome)]));
}

function probeOutcome(instanceId: string, outcome: CommandOutcome): ProbeOutcome {
  switch (outcome.kind) {
    case 'offline':
    case 'timeout':
      return { kind: 'silent', why: outcome.kind, reason: outcome.reason };
    case 'failed':
      return { kind: 'silent', why: 'failed', reason: `${outcome.code}: ${outcome.reason}` };
    case 'finished':
      return answered(instanceId, outcome);
  }
}

function answered(instanceId: string, outcome: Extract<CommandOutcome, { kind: 'finished' }>): ProbeOutcome {
  if (outcome.exitCode !== 0) {
    const reason = `the probe ended with ${outcome.exitCode}: ${outcome.stderr.trim().slice(-300)}`;
    return { kind: 'silent', why: 'failed', reason };
  }
  const report = parseProbeReport(outcome.stdout);
  if (!report.ok) return { kind: 'silent', why: 'garbled', reason: report.reason };
  if (report.probe.instanceId !== instanceId) {
    return { kind: 'silent', why: 'garbled', reason: `${report.probe.instanceId} answered for ${instanceId}` };
  }
  return { kind: 'answered', probe: report.probe };
}
