import type { CommandOutcome, CommandRunner } from '../aws/run-command.ts';
import { documentFacts } from '../flavors/document-facts.ts';
import { type PagedList, remainingNodes } from './node-pages.ts';
import type { MachineProbe, ProbeOutcome } from './observation.ts';
import { parseProbeReport } from './probe-report.ts';

/**
 * Asks machines what they are and what they see of the Swarm. An outcome for each id: a machine that can't be asked is
 * `silent`, which is not the same as gone. A list of nodes that is too long for one report is read to its end from the
 * leader only; where that fails, or elsewhere, `nodesComplete` is false.
 */
export async function probeMachines(options: {
  readonly runner: CommandRunner;
  readonly instanceIds: readonly string[];
}): Promise<Map<string, ProbeOutcome>> {
  const { runner } = options;
  const { deliverySeconds, waitSeconds } = documentFacts('probe');
  const outcomes = await runner.run({
    document: 'probe',
    instanceIds: options.instanceIds,
    parameters: {},
    deliverySeconds,
    waitSeconds,
  });
  const read = [...outcomes].map(([id, outcome]) => [id, readOutcome(id, outcome)] as const);
  return new Map(
    await Promise.all(
      read.map(async ([id, { outcome, more }]): Promise<[string, ProbeOutcome]> => {
        if (outcome.kind === 'silent' || more === undefined || !isLeader(outcome.probe)) return [id, outcome];
        const first = outcome.probe.nodes ?? [];
        const nodes = await remainingNodes({ runner, instanceId: id, first, list: more });
        if (nodes === undefined) return [id, outcome];
        return [id, { kind: 'answered', probe: { ...outcome.probe, nodes, nodesComplete: true } }];
      }),
    ),
  );
}

/** By its own list. All managers are on the first page. */
function isLeader({ engine, nodes }: MachineProbe): boolean {
  if (engine.state === 'down' || engine.nodeId === undefined) return false;
  return nodes?.some(({ id, raft }) => id === engine.nodeId && raft?.leader === true) ?? false;
}

interface ReadOutcome {
  readonly outcome: ProbeOutcome;
  readonly more: PagedList | undefined;
}

function readOutcome(instanceId: string, outcome: CommandOutcome): ReadOutcome {
  switch (outcome.kind) {
    case 'offline':
    case 'timeout':
      return silent(outcome.kind, outcome.reason);
    case 'failed':
      return silent('failed', `${outcome.code}: ${outcome.reason}`);
    case 'finished':
      return answered(instanceId, outcome);
  }
}

function answered(instanceId: string, outcome: Extract<CommandOutcome, { kind: 'finished' }>): ReadOutcome {
  if (outcome.exitCode !== 0) {
    return silent('failed', `the probe ended with ${outcome.exitCode}: ${outcome.stderr.trim().slice(-300)}`);
  }
  const report = parseProbeReport(outcome.stdout);
  if (!report.ok) return silent('garbled', report.reason);
  if (report.probe.instanceId !== instanceId) {
    return silent('garbled', `${report.probe.instanceId} answered for ${instanceId}`);
  }
  return { outcome: { kind: 'answered', probe: report.probe }, more: report.more };
}

function silent(why: Extract<ProbeOutcome, { kind: 'silent' }>['why'], reason: string): ReadOutcome {
  return { outcome: { kind: 'silent', why, reason }, more: undefined };
}
