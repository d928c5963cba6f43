import { isDeepStrictEqual } from 'node:util';
import { DescribeImagesCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { errorCode, errorMessage, isAwsError, isNotFound } from '../aws/errors.ts';
import { architectureOf } from '../spec/instance-type.ts';
import type { AmiChoice, ClusterSpec, CommittedSpec, GroupSpec, PinnedImage } from '../spec/spec.ts';
import { DeploymentError } from './errors.ts';

/**
 * Pins each group's image. A pin of the version before is kept as long as the group's choice is the same: an image
 * that its publisher replaces must not roll a cluster.
 * @throws DeploymentError for an image that can't be found or used
 */
export async function pinImages(
  spec: ClusterSpec,
  before: CommittedSpec | undefined,
  clients: { readonly ec2: EC2Client; readonly ssm: SSMClient },
): Promise<Record<string, PinnedImage>> {
  const pins = Object.entries(spec.groups).map(async ([name, group]): Promise<[string, PinnedImage]> => {
    const pinned = before?.images[name];
    const same = isDeepStrictEqual(before?.spec.groups[name]?.ami, group.ami);
    if (pinned !== undefined && same) return [name, pinned];
    const imageId = await imageIdOf(group.ami, name, clients.ssm);
    return [name, usable(await describe(imageId, name, clients.ec2), imageId, name, group)];
  });
  return Object.fromEntries(await Promise.all(pins));
}

async function imageIdOf({ source }: AmiChoice, group: string, ssm: SSMClient): Promise<string> {
  if (source.kind === 'id') return source.imageId;
  const value = await asked(group, `parameter ${source.name}`, async () => {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: source.name }));
    return Parameter?.Value;
  });
  if (value !== undefined && /^ami-[0-9a-f]+$/.test(value)) return value;
  throw unusable(group, `the parameter ${source.name} holds no AMI id`, 'name one whose value is an AMI id');
}

async function describe(imageId: string, group: string, ec2: EC2Client): Promise<Image> {
  const image = await asked(group, `image ${imageId}`, async () => {
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
    return Images?.[0];
  });
  if (image !== undefined) return image;
  throw unusable(group, `there is no image ${imageId}`, 'name one of this Region that the account may use');
}

/** What would otherwise show itself only as launches that fail again and again. */
function usable(image: Image, imageId: string, name: string, group: GroupSpec): PinnedImage {
  const { RootDeviceName: rootDeviceName } = image;
  if (image.State !== undefined && image.State !== 'available') {
    throw unusable(name, `image ${imageId} is ${image.State}`, 'name one that is available');
  }
  const architecture = architectureOf(group.instanceType);
  if (image.Architecture !== undefined && image.Architecture !== architecture) {
    const found = `image ${imageId} is for ${image.Architecture}, and ${group.instanceType} has ${architecture}`;
    throw unusable(name, found, 'change `ami` or `instanceType`');
  }
  if (rootDeviceName === undefined) {
    throw unusable(name, `image ${imageId} has no root device`, 'name one whose root volume is on EBS');
  }
  const root = image.BlockDeviceMappings?.find((mapping) => mapping.DeviceName === rootDeviceName);
  const least = root?.Ebs?.VolumeSize ?? 0;
  if (group.allocation.kind === 'size' && group.volume.sizeGiB < least) {
    const found = `image ${imageId} needs a root volume of ${least} GiB, and \`volume.sizeGiB\` is ${group.volume.sizeGiB}`;
    throw unusable(name, found, `${least} GiB or more`);
  }
  return { imageId, rootDeviceName };
}

async function asked<T>(group: string, what: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!isAwsError(error)) throw error;
    const found = `${what} could not be read: ${errorCode(error)}: ${errorMessage(error)}`;
    throw unusable(group, found, 'see that it exists and that this function may read it', error);
  }
}

function unusable(group: string, found: string, remedy: string, cause?: unknown): DeploymentError {
  return new DeploymentError('UnusableImage', `group "${group}": ${found}; allowed: ${remedy}`, { cause });
}
