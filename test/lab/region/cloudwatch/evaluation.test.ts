import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AlarmRule,
  type AlarmState,
  evaluate,
  evaluationRange,
  MISSING_DATA,
} from '../../../../lab/region/cloudwatch/evaluation.ts';

const OK = 'OK';
const ALARM = 'ALARM';
const NONE = 'INSUFFICIENT_DATA';
/** The state stays as it is. */
const KEPT = 'kept';

type Expected = AlarmState | typeof KEPT;
type Row = readonly [points: string, ...Record<'breaching' | 'notBreaching' | 'ignore' | 'missing', Expected>[]];

const row = (points: string, missing: Expected, ignore: Expected, breaching: Expected, notBreaching: Expected): Row => [
  points,
  { missing, ignore, breaching, notBreaching },
];

/**
 * The published examples of an evaluation range of five, of which three are judged: X breaches, 0 does not, - is missing.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const PUBLISHED: Readonly<Record<2 | 3, readonly Row[]>> = {
  3: [
    row('0-X-X', OK, OK, OK, OK),
    row('----0', OK, OK, OK, OK),
    row('-----', NONE, KEPT, ALARM, OK),
    row('0XX-X', ALARM, ALARM, ALARM, ALARM),
    row('--X--', ALARM, KEPT, ALARM, OK),
  ],
  2: [
    row('0-X-X', ALARM, ALARM, ALARM, ALARM),
    row('00X0X', ALARM, ALARM, ALARM, ALARM),
    row('0-X--', OK, OK, ALARM, OK),
    row('----0', OK, OK, ALARM, OK),
    row('---X-', ALARM, KEPT, ALARM, OK),
  ],
};

const pointsOf = (text: string) => [...text].map((sign) => (sign === '-' ? undefined : sign === 'X' ? 1 : 0));

for (const [datapointsToAlarm, rows] of Object.entries(PUBLISHED)) {
  describe(`${datapointsToAlarm} out of 3 data points`, () => {
    for (const [points, expected] of rows) {
      test(points, () => {
        for (const missingData of MISSING_DATA) {
          const rule: AlarmRule = {
            comparison: 'GreaterThanOrEqualToThreshold',
            threshold: 1,
            evaluationPeriods: 3,
            datapointsToAlarm: Number(datapointsToAlarm),
            missingData,
          };
          assert.equal(evaluationRange(rule), points.length);
          for (const before of [OK, ALARM, NONE] as const) {
            const wanted = expected?.[missingData];
            assert.equal(evaluate(rule, pointsOf(points), before), wanted === KEPT ? before : wanted, missingData);
          }
        }
      });
    }
  });
}

test('each comparison is about the threshold as it says', () => {
  const state = (comparison: AlarmRule['comparison'], value: number) =>
    evaluate(
      { comparison, threshold: 5, evaluationPeriods: 1, datapointsToAlarm: 1, missingData: 'missing' },
      [value],
      OK,
    );
  const found = (comparison: AlarmRule['comparison']) => [4, 5, 6].map((value) => state(comparison, value) === ALARM);
  assert.deepEqual(found('GreaterThanThreshold'), [false, false, true]);
  assert.deepEqual(found('GreaterThanOrEqualToThreshold'), [false, true, true]);
  assert.deepEqual(found('LessThanThreshold'), [true, false, false]);
  assert.deepEqual(found('LessThanOrEqualToThreshold'), [true, true, false]);
});
