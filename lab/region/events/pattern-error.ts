import { ServiceError } from '../protocol/service-error.ts';

/** @param path where in the pattern, e.g. `detail.state`. */
export function invalidPattern(path: readonly string[], problem: string): ServiceError {
  const where = path.length === 0 ? 'the pattern' : path.join('.');
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${where}: ${problem}`);
}
