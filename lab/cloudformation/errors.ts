export interface TemplateProblem {
  readonly code: TemplateProblemCode;
  /** Where in the template, e.g. `Resources.Vpc.Properties.CidrBlock`. */
  readonly path: string;
  /** What was found, what is allowed, what to do. */
  readonly message: string;
}

export type TemplateProblemCode =
  | 'InvalidTemplate'
  | 'UnknownResourceType'
  | 'UnknownProperty'
  | 'UnknownIntrinsic'
  | 'InvalidIntrinsic'
  | 'UnresolvedReference'
  | 'CircularDependency'
  | 'InvalidParameter'
  | 'RuleViolated';

/** The template can't be provisioned; nothing was created. Every problem that could be found without creating is in it. */
export class TemplateError extends Error {
  readonly code: TemplateProblemCode;
  readonly problems: readonly TemplateProblem[];
  constructor(problems: readonly [TemplateProblem, ...TemplateProblem[]]) {
    super(problems.map((problem) => `${problem.path}: ${problem.message} (${problem.code})`).join('\n'));
    this.name = 'TemplateError';
    this.code = problems[0].code;
    this.problems = problems;
  }

  static of(code: TemplateProblemCode, path: string, message: string): TemplateError {
    return new TemplateError([{ code, path, message }]);
  }
}

/** A cdk.out directory is not as the CDK writes it, or lacks what is asked for. */
export class AssemblyError extends Error {
  readonly code = 'InvalidAssembly';
  constructor(message: string) {
    super(message);
    this.name = 'AssemblyError';
  }
}

/** AWS answered a success without the field that carries its result. */
export class IncompleteAnswerError extends Error {
  readonly code = 'IncompleteAnswer';
  constructor(action: string, field: string) {
    super(`${action} succeeded, but its answer has no ${field}; the service does not follow its own API`);
    this.name = 'IncompleteAnswerError';
  }
}

/** A resource did not reach the state it needs. */
export class NotStabilizedError extends Error {
  readonly code = 'NotStabilized';
  constructor(what: string, seconds: number) {
    super(`${what} did not happen within ${seconds} s`);
    this.name = 'NotStabilizedError';
  }
}

/** Another resource of the same operation failed, or the caller gave up. */
export class CancelledError extends Error {
  readonly code = 'Cancelled';
  constructor(what: 'creation' | 'update' = 'creation') {
    super(`Resource ${what} cancelled`);
    this.name = 'CancelledError';
  }
}

/** A property that its type does not let be changed, or not in the lab. */
export class NotUpdatableError extends Error {
  readonly code = 'NotUpdatable';
  constructor(type: string, properties: readonly string[], why: string) {
    super(`Updates are not supported for ${properties.join(', ')} of ${type}: ${why}`);
    this.name = 'NotUpdatableError';
  }
}

/** The provider of a custom resource said FAILED, said nothing in time, or answered what can't be used. */
export class CustomResourceError extends Error {
  readonly code: 'CustomResourceFailed' | 'CustomResourceTimedOut' | 'CustomResourceBadAnswer';
  constructor(code: CustomResourceError['code'], message: string) {
    super(message);
    this.name = 'CustomResourceError';
    this.code = code;
  }
}

/** The reason as it goes into the stack's events. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  // These are CloudFormation's own words.
  const own = error.name === 'Error' || error instanceof CustomResourceError || error instanceof CancelledError;
  return own ? error.message : `${error.name}: ${error.message}`;
}

/** The part of an answer that AWS always sends and the SDK types as optional. @throws IncompleteAnswerError */
export function present<T>(value: T | undefined | null, action: string, field: string): T {
  if (value === undefined || value === null) {
    throw new IncompleteAnswerError(action, field);
  }
  return value;
}
