import { Token } from 'aws-cdk-lib';
import { type AdoptedVolumes, adoptionProblems } from '../spec/adoption.ts';
import type { ClusterSpec } from '../spec/spec.ts';

/** The volumes can't be adopted as they were given. */
export class AdoptVolumesError extends Error {
  readonly code = 'AdoptVolumes';
  constructor(problems: readonly string[]) {
    super(`adoptVolumes: ${problems.join('; ')}`);
    this.name = 'AdoptVolumesError';
  }
}

const VOLUME_ID = /^vol-[0-9a-f]{8,17}$/;

/** @throws AdoptVolumesError */
export function checkAdoption(spec: ClusterSpec, adopted: AdoptedVolumes): void {
  const named = Object.values(adopted).filter((id) => !Token.isUnresolved(id) && !VOLUME_ID.test(id));
  const problems = [
    ...named.map((id) => `"${id}" is no volume's id; one is like vol-0123456789abcdef0`),
    ...adoptionProblems(spec, adopted),
  ];
  if (problems.length > 0) throw new AdoptVolumesError(problems);
}
