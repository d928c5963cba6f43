/**
 * io1 and io2 are refused without a number of IOPS: as many as a gp3 volume has, within the type's own least number
 * and most per GiB (https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html).
 */
export function provisionedIops(volume: { readonly sizeGiB: number | undefined; readonly type: string }): {
  Iops?: number;
} {
  const { sizeGiB, type } = volume;
  if (sizeGiB === undefined || (type !== 'io1' && type !== 'io2')) return {};
  return { Iops: Math.max(100, Math.min(3000, 50 * sizeGiB)) };
}
