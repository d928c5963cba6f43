/** Why a Swarm command did not do what was asked. */
export type SwarmFailure =
  /** The engine does not answer, or is locked. */
  | 'EngineDown'
  | 'NotManager'
  /** No leader, or a leader without a majority. */
  | 'NoQuorum'
  | 'NotFound'
  /** Forbidden by Swarm's own rules; the message says which. */
  | 'Refused'
  /** This engine is in a swarm already, or is still joining one in the background. */
  | 'AlreadyMember'
  /** The target of a join did not answer; the join goes on in the background. */
  | 'Silent'
  | 'InvalidToken';

export class SwarmError extends Error {
  readonly code: SwarmFailure;
  constructor(code: SwarmFailure, message: string) {
    super(message);
    this.name = 'SwarmError';
    this.code = code;
  }
}
