import { DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { addOutputs } from './outputs.ts';
import { SelfHealingSwarm } from './self-healing-swarm.ts';
import type { SelfHealingSwarmProps } from './self-healing-swarm-props.ts';

/**
 * The stack `Everswarm-<cluster>`: one Swarm, and what its operator needs to know as outputs. Without an environment
 * of its own, so that one template serves every account, Region and partition.
 */
export class SwarmStack extends Stack {
  readonly swarm: SelfHealingSwarm;

  constructor(scope: Construct, props: SelfHealingSwarmProps) {
    const { spec } = props;
    super(scope, `Everswarm-${spec.cluster}`, {
      description: `Self-healing Docker Swarm "${spec.cluster}"`,
      // The CDK's command line checks the bootstrap version itself; the rule in the template would only add a parameter.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    });
    this.swarm = new SelfHealingSwarm(this, 'Swarm', props);
    addOutputs(this, this.swarm);
  }
}
