import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../../../lib/names.ts';
import { untilWhole } from '../../demo/heal.ts';
import type { Progress } from '../../demo/progress.ts';
import { Stage } from '../../demo/stage.ts';
import { deployStack } from '../../deploy-stack.ts';
import { type Synthesis, synthesise } from '../../synthesise.ts';
import { type UnderLoad, underLoad } from './under-load.ts';

export interface Resize {
  readonly managers: number;
  /** Numbers of managers in the list in the order in which they were seen, e.g. 3, 4, 5. */
  readonly steps: readonly number[];
  /** Volumes with the mark `retired` at the end. */
  readonly retiredVolumes: number;
}

/** Declares another number of managers and deploys that with the CDK, as a person would. @throws CdkError, ClaimError */
export async function resize(
  stage: Stage,
  managers: number,
  synthesis: Required<Synthesis>,
  progress: Progress,
): Promise<UnderLoad<Resize>> {
  const { lab, clients, deployed, expected } = stage;
  const assembly = await progress.during('cdk synth', synthesise(synthesis));
  const after = new Stage(lab, clients, deployed, { ...expected, managers });
  return await underLoad(after, `to-${managers}`, async (watch) => {
    const deploying = deployStack({ endpoint: lab.state.endpoint, assembly, onLine: () => {} });
    await progress.during(`cdk deploy of ${managers} managers`, deploying);
    await untilWhole(after, `${managers} managers, every one reachable`, progress);
    return { managers, steps: watch.managerCounts(), retiredVolumes: await countRetired(after) };
  });
}

async function countRetired({ clients, deployed }: Stage): Promise<number> {
  const { Volumes = [] } = await clients.ec2.send(
    new DescribeVolumesCommand({
      Filters: [
        { Name: `tag:${TAG.cluster}`, Values: [deployed.cluster] },
        { Name: `tag:${TAG.mark}`, Values: ['retired'] },
      ],
    }),
  );
  return Volumes.length;
}
