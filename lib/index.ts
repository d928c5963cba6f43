/**
 * Everswarm for other people's CDK apps: `new SelfHealingSwarm(stack, 'Swarm', { spec: parseSpec(text) })`. What a running cluster is
 * operated with is the command `everswarm`, in the same package.
 */
export type { SwarmAlarms } from './constructs/alarms.ts';
export type { SwarmConsole } from './constructs/console.ts';
export type { Controller } from './constructs/controller.ts';
export type { SwarmDashboard } from './constructs/dashboard.ts';
export type { SwarmDeployment } from './constructs/deployment.ts';
export { NoSubnetsError, SubnetMismatchError } from './constructs/existing-subnets.ts';
export { NetworkChoiceError, type NetworkChoices } from './constructs/network.ts';
export { addOutputs } from './constructs/outputs.ts';
export { ZoneCountError } from './constructs/own-vpc.ts';
export { SelfHealingSwarm, UnplacedPetError } from './constructs/self-healing-swarm.ts';
export type { SelfHealingSwarmProps } from './constructs/self-healing-swarm-props.ts';
export { SwarmStack } from './constructs/swarm-stack.ts';
export { METRIC, METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from './metrics.ts';
export { formatSpecError, SpecError } from './spec/error.ts';
export { managerGroup, pets } from './spec/groups.ts';
export { parseSpec } from './spec/parse.ts';
export type {
  Allocation,
  AmiChoice,
  ClusterSpec,
  FlavorName,
  GroupSpec,
  NetworkSpec,
  VolumeSpec,
} from './spec/spec.ts';
