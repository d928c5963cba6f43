import * as z from 'zod';

/** A function was deployed without what it needs to know. */
export class EnvironmentError extends Error {
  readonly code = 'InvalidEnvironment';
  constructor(problems: readonly string[]) {
    super(`the function's environment is incomplete: ${problems.join('; ')}. Deploy the stack again.`);
    this.name = 'EnvironmentError';
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

const RECONCILE = z.object({
  EVERSWARM_CLUSTER: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/),
  EVERSWARM_TABLE: z.string().min(1),
});
const DEPLOYMENT = RECONCILE.extend({ EVERSWARM_RECONCILE_FUNCTION: z.string().min(1) });
const CONSOLE = DEPLOYMENT.extend({ EVERSWARM_ORDERS_FUNCTION: z.string().min(1) });

export interface ReconcileEnvironment {
  readonly cluster: string;
  readonly table: string;
}

export interface DeploymentEnvironment extends ReconcileEnvironment {
  /** Name or ARN of the function that reconciles. */
  readonly reconcileFunction: string;
}

export interface ConsoleEnvironment extends DeploymentEnvironment {
  /** ARN of the function that carries out what the widget's buttons call for. */
  readonly ordersFunction: string;
}

/** @throws EnvironmentError */
export function reconcileEnvironment(variables: Variables = process.env): ReconcileEnvironment {
  const { EVERSWARM_CLUSTER, EVERSWARM_TABLE } = parse(RECONCILE, variables);
  return { cluster: EVERSWARM_CLUSTER, table: EVERSWARM_TABLE };
}

/** @throws EnvironmentError */
export function deploymentEnvironment(variables: Variables = process.env): DeploymentEnvironment {
  const { EVERSWARM_RECONCILE_FUNCTION, ...rest } = parse(DEPLOYMENT, variables);
  return { ...reconcileEnvironment(rest), reconcileFunction: EVERSWARM_RECONCILE_FUNCTION };
}

/** @throws EnvironmentError */
export function consoleEnvironment(variables: Variables = process.env): ConsoleEnvironment {
  const { EVERSWARM_ORDERS_FUNCTION, ...rest } = parse(CONSOLE, variables);
  return { ...deploymentEnvironment(rest), ordersFunction: EVERSWARM_ORDERS_FUNCTION };
}

function parse<T extends z.ZodType>(schema: T, variables: Variables): z.output<T> {
  const result = z.safeParse(schema, variables);
  if (result.success) return result.data;
  throw new EnvironmentError(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
