import type { Duration } from 'aws-cdk-lib';

/** The join tokens can't be rotated as often as was asked. */
export class TokenRotationError extends Error {
  readonly code = 'TokenRotation';
  constructor(found: string) {
    super(`tokenRotation is ${found}; give whole hours, one at the least, e.g. Duration.hours(12)`);
    this.name = 'TokenRotationError';
  }
}

/** The part of the deployment that says it; nothing for the default. @throws TokenRotationError */
export function tokenRotationOf({ tokenRotation }: { readonly tokenRotation?: Duration }): {
  readonly tokenRotationHours?: number;
} {
  if (tokenRotation === undefined) return {};
  const tokenRotationHours = tokenRotation.toHours({ integral: false });
  if (!Number.isInteger(tokenRotationHours) || tokenRotationHours < 1) {
    throw new TokenRotationError(tokenRotation.toHumanString());
  }
  return { tokenRotationHours };
}
