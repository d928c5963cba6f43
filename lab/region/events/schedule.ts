import { ServiceError } from '../protocol/service-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The period of `rate(<n> minute(s)|hour(s)|day(s))`, in milliseconds.
 * The lab has no `cron(…)`: the product does not use it, and it is refused, not ignored.
 *
 * @throws ServiceError `ValidationException`
 */
export function schedulePeriod(expression: string): number {
  const [, digits = '', unit = '', plural = ''] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const count = Number(digits);
  const period = UNIT_MS[unit];
  // `rate(1 minutes)` and `rate(5 minute)` are refused by AWS, too.
  if (period === undefined || count < 1 || (count === 1) !== (plural === '')) {
    throw new ServiceError(
      'ValidationException',
      `Parameter ScheduleExpression is not valid: "${expression}". The lab takes rate(1 minute), rate(5 minutes), and so on with hours and days.`,
    );
  }
  return count * period;
}
