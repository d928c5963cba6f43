import type { Architecture } from './instance-type.ts';
import type { AmiChoice } from './spec.ts';

export const AMI_NAMES = ['amazon-linux-2023', 'ecs-optimized', 'debian-12'] as const;
export type AmiName = (typeof AMI_NAMES)[number];

/**
 * The public SSM parameters in which the publishers keep the newest image id. Sources:
 * https://docs.aws.amazon.com/linux/al2023/ug/ec2.html (Amazon Linux 2023),
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html (ECS-optimized: Docker
 * is in it; its ECS agent is disabled at boot), https://wiki.debian.org/Cloud/AmazonEC2Image (Debian).
 *
 * The Systems Manager agent is in both of Amazon's (github.com/aws/amazon-ecs-ami, `packages_al2023`) and in none of
 * Debian's; the AWS CLI is in Amazon Linux alone. The boot script brings what is missing.
 */
export function namedAmi(name: AmiName, architecture: Architecture): AmiChoice {
  const arm = architecture === 'arm64';
  switch (name) {
    case 'amazon-linux-2023':
      return parameter(`/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`, 'install');
    case 'ecs-optimized':
      return parameter(
        `/aws/service/ecs/optimized-ami/amazon-linux-2023/${arm ? 'arm64/' : ''}recommended/image_id`,
        'preinstalled',
      );
    case 'debian-12':
      return parameter(`/aws/service/debian/release/12/latest/${arm ? 'arm64' : 'amd64'}`, 'install');
  }
}

function parameter(name: string, docker: AmiChoice['docker']): AmiChoice {
  return { source: { kind: 'parameter', name }, docker };
}
