import { FAULT_TITLE, FAULTS } from './faults.ts';
import { floorOf } from './floor.ts';
import { type Heal, healedByController, untilWhole } from './heal.ts';
import { Payload } from './payload.ts';
import { ClaimError, type Progress } from './progress.ts';
import { healTable, type ReportNode, rounded } from './report.ts';
import type { Stage } from './stage.ts';

/** What the story has found so far; filled as it goes, so that a report can be written also when it breaks off. */
export interface Findings {
  readonly heals: Heal[];
  serviceSurvived: boolean;
  secretSurvived: boolean;
}

/** The story of the seeds, told on a cluster that has just been deployed. @throws ClaimError */
export async function tell(stage: Stage, findings: Findings, progress: Progress): Promise<void> {
  progress.heading('The Swarm, as its managers list it');
  await untilWhole(stage, 'every declared node to be ready', progress);
  progress.table(await stage.engines.onManager(['docker', 'node', 'ls']));

  progress.heading('A service with three replicas, and a secret');
  const payload = new Payload(stage);
  await payload.create(progress);

  for (const fault of FAULTS) {
    progress.heading(`Killing ${FAULT_TITLE[fault]}`);
    const healed = await healedByController(stage, fault, progress);
    const floorSeconds = await floorOf(stage, fault, progress);
    progress.say(
      `whole ${healed.wholeSeconds.toFixed(1)} s after the kill; a script without a controller took ${floorSeconds.toFixed(1)} s`,
    );
    await controllerAgrees(stage, progress);
    findings.heals.push(rounded({ ...healed, floorSeconds, ratio: healed.wholeSeconds / floorSeconds }));
  }

  progress.heading('What is left of what was there before');
  await payload.untilServiceRuns('the service to run its three replicas', progress);
  findings.serviceSurvived = true;
  findings.secretSurvived = await payload.secretIsThere();
  if (!findings.secretSurvived) throw new ClaimError('the secret', 'is not what it was');
  progress.say('✔ the secret is what it was');
  progress.table(await stage.engines.onManager(['docker', 'node', 'ls']));

  progress.heading('Figures');
  progress.table(healTable(findings.heals));
}

/** The controller's own status says whole, so that the next fault strikes a cluster at rest. */
async function controllerAgrees(stage: Stage, progress: Progress): Promise<void> {
  let held = '';
  await progress.until(
    'the controller to call it whole',
    180,
    async () => {
      const [status, idle] = await Promise.all([stage.store.status(), stage.controllerIsIdle()]);
      held = [
        ...(status?.held ?? []).map(({ reason }) => reason),
        ...(status?.waiting ?? []).map(({ what }) => what),
      ].join('; ');
      return idle && status?.whole === true ? true : undefined;
    },
    () => held,
  );
}

export async function finalNodes(stage: Stage): Promise<readonly ReportNode[]> {
  const [nodes = [], machines] = await Promise.all([stage.engines.nodes(), stage.machines.all()]);
  return nodes.map(({ id, hostname, status, managerStatus }) => ({
    id,
    instanceId: hostname,
    address: machines.find((machine) => machine.id === hostname)?.address ?? '',
    status,
    managerStatus,
  }));
}
