export type OperateErrorCode =
  /** No cluster of that name, or none at all, in this account and Region. */
  | 'NoCluster'
  /** There are several, and none was named. */
  | 'WhichCluster'
  /** The stack is there, and no spec was ever committed. */
  | 'NothingDeclared'
  /** The change takes resources that only the stack can make. */
  | 'NeedsDeploy'
  /** The cluster is being taken down. */
  | 'Removing'
  /** Somebody committed since the spec was read. */
  | 'SpecChanged'
  | 'OtherCluster'
  | 'UnknownGroup'
  | 'UnknownVersion'
  /** The group counts by logical IDs, not by size. */
  | 'NotBySize'
  | 'NothingToHalt'
  | 'NotHalted'
  | 'NotPaused'
  | 'UnknownMachine'
  /** Several machines may be meant. */
  | 'WhichMachine'
  /** A logical ID that has no machine. */
  | 'NothingThere'
  /** A machine that no declared group accounts for. */
  | 'NotDeclared'
  /** The Swarm has no quorum without it. */
  | 'NoMajority'
  /** Nothing is in force that could be withdrawn. */
  | 'NotOrdered'
  /** The controller is not paused. */
  | 'NotPaused'
  | 'NothingToUndo'
  /** No configuration of the group was ever rolled out to the end. */
  | 'NoGoodVersion'
  /** Nothing is to be recovered: a majority of the managers works. */
  | 'QuorumIsThere'
  /** The managers' answers don't allow a recovery. */
  | 'CanNotRecover'
  | 'NoSuchSurvivor'
  /** The text that was to confirm is not the one that was asked for. */
  | 'NotConfirmed'
  /** A recovery was commanded already, another one. */
  | 'RecoveryUnderWay';

/** An operator's command can't be carried out as things are. Nothing was changed. */
export class OperateError extends Error {
  readonly code: OperateErrorCode;
  /** What to do about it, as a sentence of its own. */
  readonly remedy: string;
  constructor(code: OperateErrorCode, found: string, remedy: string) {
    super(found);
    this.name = 'OperateError';
    this.code = code;
    this.remedy = remedy;
  }
}
