import * as z from 'zod';
import { SpecError } from '../spec/error.ts';
import { reviveSpec } from '../spec/json.ts';
import { subnetBlocks } from '../spec/network.ts';
import type { ClusterSpec, Deployment } from '../spec/spec.ts';
import { DeploymentError } from './errors.ts';

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
const REQUEST = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  RequestId: z.string(),
  ResponseURL: z.url(),
  StackId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.record(z.string(), z.unknown()).default({}),
  /** Of an Update: the properties before. */
  OldResourceProperties: z.record(z.string(), z.unknown()).optional(),
});

/** What CloudFormation asks of the custom resource. The properties are judged later: a bad one is answered, too. */
export type DeploymentRequest = z.output<typeof REQUEST>;

/** @throws DeploymentError when it is no request at all: then there is nobody to answer */
export function parseRequest(event: unknown): DeploymentRequest {
  const result = REQUEST.safeParse(event);
  if (result.success) return result.data;
  // Values are left out: the response URL is as good as a password.
  throw new DeploymentError('InvalidRequest', `the event is no request of CloudFormation: ${issuesOf(result.error)}`);
}

const text = z.union([z.string(), z.number()]).transform(String);
const PROPERTIES = z.object({
  Cluster: z.string(),
  Spec: z.string(),
  Deployment: z.object({
    launchTemplates: z.record(z.string(), z.object({ id: z.string(), version: text })),
    subnets: z.array(z.object({ id: z.string(), zone: z.string(), cidr: z.string() })),
    volumeKeyArn: z.string().optional(),
    adoptedVolumes: z.record(z.string(), z.string()).optional(),
    // CloudFormation makes text of numbers.
    tokenRotationHours: z.coerce.number().int().min(1).optional(),
  }),
});

export interface Declared {
  readonly spec: ClusterSpec;
  readonly deployment: Deployment;
}

/**
 * The declared cluster, and where it is to run; both must fit each other and the function's own cluster.
 * @throws DeploymentError, SpecError
 */
export function parseDeclared(properties: unknown, cluster: string): Declared {
  const result = PROPERTIES.safeParse(properties);
  if (!result.success) {
    throw new DeploymentError('InvalidRequest', `the resource's properties are wrong: ${issuesOf(result.error)}`);
  }
  const { Cluster, Spec, Deployment: deployment } = result.data;
  const spec = reviveSpec(Spec, 'Spec');
  refuseOtherCluster([Cluster, spec.cluster], cluster);
  const missing = Object.keys(spec.groups).filter((group) => deployment.launchTemplates[group] === undefined);
  if (missing.length > 0) {
    throw new DeploymentError('InvalidRequest', `no launch template was given for: ${missing.join(', ')}`);
  }
  const wanted = subnetBlocks(spec.network).join(', ');
  const given = deployment.subnets.map((subnet) => subnet.cidr).join(', ');
  if (given !== wanted) {
    throw new DeploymentError('InvalidRequest', `the subnets are ${given}, and the spec's network has ${wanted}`);
  }
  return { spec, deployment };
}

/** The cluster that an Update takes the place of; `undefined` where it is not said, or is not understood any more. */
export function formerSpec({ OldResourceProperties }: DeploymentRequest): ClusterSpec | undefined {
  const spec = OldResourceProperties?.['Spec'];
  if (typeof spec !== 'string') return undefined;
  try {
    return reviveSpec(spec, 'Spec before');
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}

/** A request for another cluster than the function's own would end that one's instances, or start them twice. */
export function refuseOtherCluster(named: readonly unknown[], own: string): void {
  const other = named.find((name) => name !== own);
  if (other === undefined) return;
  const found = `the request is for cluster "${String(other)}", and this function is that of "${own}"`;
  throw new DeploymentError(
    'InvalidRequest',
    `${found}; a cluster can't be renamed: deploy another and remove this one`,
  );
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
