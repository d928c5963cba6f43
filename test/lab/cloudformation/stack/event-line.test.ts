import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLine } from '../../../../lab/cloudformation/stack/event-line.ts';

test('an event is one line, with its reason if there is one', () => {
  const event = { at: 0, logicalId: 'Vpc', type: 'AWS::EC2::VPC', physicalId: 'vpc-1', reason: undefined };
  assert.equal(eventLine({ ...event, status: 'CREATE_COMPLETE' }), '00:00:00 CREATE_COMPLETE      Vpc (AWS::EC2::VPC)');
  assert.equal(
    eventLine({ ...event, status: 'CREATE_FAILED', reason: 'no more' }),
    '00:00:00 CREATE_FAILED        Vpc (AWS::EC2::VPC): no more',
  );
});
