import { z } from 'zod';
import { type Liveness, livenessOf } from '../running.ts';
import { defaultStateDirectory, type LabState, readState } from '../state.ts';
import { CommandError } from './usage-error.ts';

/** The control channel of a running lab. */
export interface LabClient {
  readonly state: LabState;
  get<T extends z.ZodType>(path: string, answer: T): Promise<z.infer<T>>;
  post<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.infer<T>>;
}

const Refusal = z.object({ message: z.string() });

/** @throws CommandError when no lab of that name answers */
export async function connect(name: string): Promise<LabClient> {
  const state = await readState(defaultStateDirectory(name));
  const liveness: Liveness = state === undefined ? 'gone' : await livenessOf(state);
  if (state === undefined || liveness !== 'answers') {
    const found = liveness === 'silent' ? `does not answer (process ${state?.pid})` : 'does not run';
    throw new CommandError(
      `the lab "${name}" ${found}. Start one: npm run lab. Take away what an earlier one left: npm run lab -- down`,
    );
  }
  return clientOf(state);
}

export function clientOf(state: LabState): LabClient {
  async function call<T extends z.ZodType>(
    method: string,
    path: string,
    body: string | undefined,
    answer: T,
  ): Promise<z.infer<T>> {
    const response = await fetch(`${state.endpoint}/_lab/${path}`, body === undefined ? { method } : { method, body });
    const value: unknown = await response.json();
    if (response.ok) return answer.parse(value);
    throw new CommandError(Refusal.parse(value).message);
  }
  return {
    state,
    get: (path, answer) => call('GET', path, undefined, answer),
    post: (path, body, answer) => call('POST', path, JSON.stringify(body), answer),
  };
}
