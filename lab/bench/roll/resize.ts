import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../../../lib/names.ts';
import type { Progress } from '../../demo/progress.ts';
import { Stage } from '../../demo/stage.ts';
import { deployStack } from '../../deploy-stack.ts';
import { type Synthesis, synthesise } from '../../synthesise.ts';
import { type UnderLoad, underLoad } from './under-load.ts';
import { untilSeenWhole } from './until-seen.ts';

export interface Resize {
  readonly managers: number;
  /** Numbers of managers in the list in the order in which they were seen, e.g. 3, 4, 5. */
  readonly steps: readonly number[];
  /** Volumes that are gone with their managers, and those of them that a snapshot was made of. */
  readonly volumesGone: number;
  readonly snapshots: number;
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
  const volumes = await volumesOf(stage);
  return await underLoad(after, `to-${managers}`, async (watch) => {
    const deploying = deployStack({ endpoint: lab.state.endpoint, assembly, onLine: () => {} });
    await progress.during(`cdk deploy of ${managers} managers`, deploying);
    await untilSeenWhole(after, watch, progress, `${managers} managers, every one reachable`);
    const left = new Set(await volumesOf(after));
    const gone = volumes.filter((id) => !left.has(id));
    const snapshots = (await withSnapshot(after, gone)).size;
    return { managers, steps: watch.managerCounts(), volumesGone: gone.length, snapshots };
  });
}

async function volumesOf({ clients, deployed }: Stage): Promise<readonly string[]> {
  const { Volumes = [] } = await clients.ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: `tag:${TAG.cluster}`, Values: [deployed.cluster] }] }),
  );
  return Volumes.flatMap(({ VolumeId, Tags = [] }) =>
    VolumeId !== undefined && Tags.some(({ Key }) => Key === TAG.logicalId) ? [VolumeId] : [],
  );
}

async function withSnapshot({ clients }: Stage, volumes: readonly string[]): Promise<ReadonlySet<string>> {
  const { Snapshots = [] } = await clients.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  const kept = new Set(Snapshots.flatMap(({ VolumeId }) => VolumeId ?? []));
  return new Set(volumes.filter((id) => kept.has(id)));
}
