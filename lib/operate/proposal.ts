import { isDeepStrictEqual } from 'node:util';
import { pinImages } from '../deployment/images.ts';
import { wakeReconciler } from '../deployment/wake.ts';
import type { ChangePreview } from '../preview/change-preview.ts';
import { previewChange } from '../preview/preview.ts';
import type { ClusterSpec, CommittedSpec } from '../spec/spec.ts';
import { SpecConflictError } from '../store/store.ts';
import { OperateError } from './errors.ts';
import { logDecision, type Operator } from './operator.ts';
import { look, type Situation } from './situation.ts';

/** A change that was worked out and looked ahead to, and is not made yet. */
export interface Proposal {
  readonly situation: Situation;
  /** The version it is based on. */
  readonly before: CommittedSpec;
  readonly after: Pick<CommittedSpec, 'spec' | 'images' | 'deployment'>;
  /** False: what is proposed is in force. */
  readonly changed: boolean;
  readonly preview: ChangePreview;
  /** For the event log, e.g. `workers.size 2 → 8`. */
  readonly summary: string;
}

/**
 * What would become of the cluster with this spec. Images are pinned as at a deployment: a pin stays as long as its choice
 * does. Reads only.
 * @throws OperateError `OtherCluster`, `NothingDeclared`; DeploymentError `UnusableImage`
 */
export async function proposeSpec(
  operator: Operator,
  spec: ClusterSpec,
  options: { readonly ask: boolean },
): Promise<Proposal> {
  const situation = await look(operator, options);
  const { committed } = situation.input;
  if (spec.cluster !== operator.cluster) {
    const found = `the file declares the cluster "${spec.cluster}", and this is "${operator.cluster}"`;
    throw new OperateError('OtherCluster', found, `Give --cluster ${spec.cluster}, or another file.`);
  }
  const images = await pinImages(spec, committed, operator.aws);
  return propose(situation, { spec, images });
}

export function propose(situation: Situation, wanted: Pick<CommittedSpec, 'spec' | 'images'>): Proposal {
  const { committed: before, observation, records, former, now } = situation.input;
  const after = { ...wanted, deployment: before.deployment };
  const { spec, images, deployment } = before;
  const changed = !isDeepStrictEqual(after, { spec, images, deployment });
  const next: CommittedSpec = { ...before, ...after, version: changed ? before.version + 1 : before.version };
  const preview = previewChange({ before, after: next, observation, records, former, now });
  const summary = preview.changes
    .map(({ path, from, to }) => `${path.replace(/^groups\./, '')} ${from} → ${to}`)
    .join(', ');
  return { situation, before, after, changed, preview, summary };
}

/**
 * Refuses what a commit can't bring about. Of the refusals of a preview the others are only told: they stop a part of the
 * work, and not the commit.
 * @throws OperateError `NeedsDeploy`, `Removing`
 */
export function refuseWhatCanNotBe({ preview }: Pick<Proposal, 'preview'>): void {
  const deploy = preview.refused.filter(({ code }) => code === 'needs-deploy');
  const [first] = deploy;
  if (first !== undefined) {
    const found = `only \`cdk deploy\` can make this change: ${deploy.map(({ what }) => what).join('; ')}`;
    const why = `${first.why[0]?.toUpperCase()}${first.why.slice(1)}.`;
    throw new OperateError(
      'NeedsDeploy',
      found,
      `${why} Write it into the declared cluster and run \`npx cdk deploy\`.`,
    );
  }
  const removing = preview.refused.find(({ code }) => code === 'removing');
  if (removing !== undefined) throw new OperateError('Removing', removing.why, 'Deploy the stack again to keep it.');
}

/**
 * Puts a proposal in force, if the version that it was worked out from still is the newest, and wakes the reconciler.
 * @throws OperateError `NeedsDeploy`, `Removing`, `SpecChanged`
 */
export async function commitProposal(operator: Operator, proposal: Proposal): Promise<CommittedSpec> {
  const { store, clock, by, cluster } = operator;
  const { before, after, changed, summary } = proposal;
  refuseWhatCanNotBe(proposal);
  if (!changed) return before;
  let committed: CommittedSpec;
  try {
    committed = await store.commit(before.version, { ...after, committedAt: clock.now(), committedBy: by });
  } catch (error) {
    if (!(error instanceof SpecConflictError)) throw error;
    const found = `somebody committed since version ${before.version} was read; nothing was stored`;
    throw new OperateError('SpecChanged', found, 'Look at the new plan and try again.');
  }
  const reason = `version ${committed.version}: ${summary || 'the same, committed anew'}`;
  await logDecision(operator, { kind: 'spec', name: 'commit', subject: cluster, reason });
  await wake(operator);
  return committed;
}

/** @returns false: it could not be invoked, and looks by itself within a minute */
export function wake({ cluster, store, aws, reconcileFunction, clock }: Operator): Promise<boolean> {
  return wakeReconciler({ cluster, store, lambda: aws.lambda, reconcileFunction, clock }, 'everswarm.operator');
}
