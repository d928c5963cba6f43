export type Architecture = 'arm64' | 'x86_64';

/** `family.size`, e.g. `t4g.small`, `m7gd.2xlarge`, `c8gn.metal-24xl`. Source: the EC2 User Guide's naming conventions. */
export const INSTANCE_TYPE = /^[a-z][a-z0-9-]{0,20}\.(nano|micro|small|medium|large|\d{0,3}xlarge|metal(-\d{1,3}xl)?)$/;

/**
 * The processor architecture of an instance type, from its name: Graviton families have a `g` after the digit of
 * their generation (t4g, m7gd, c8gn, im4gn); the first of them is a1. A `g` before the digit stands for GPUs (g4dn).
 * Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function architectureOf(instanceType: string): Architecture {
  const family = instanceType.split('.', 1)[0] ?? '';
  // NVIDIA's Grace processor is the one Arm processor that is not named by a `g` after the generation.
  if (family === 'a1' || family.includes('-gb')) return 'arm64';
  const attributes = /^[a-z]+\d+([a-z]*)/.exec(family)?.[1] ?? '';
  return attributes.includes('g') ? 'arm64' : 'x86_64';
}
