import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkLabName,
  isNamespaceOf,
  LabNameError,
  machineNamespace,
  volumeSerial,
  vpcNamespace,
} from '../../../../lab/machines/real/names.ts';

describe('names on the host', () => {
  it('finds the namespaces of a lab, and not those of one whose name starts alike', () => {
    assert.ok(isNamespaceOf('demo', vpcNamespace('demo')));
    assert.ok(isNamespaceOf('demo', machineNamespace('demo', 'i-0123456789abcdef0')));
    assert.ok(!isNamespaceOf('demo', vpcNamespace('demo-two')));
    assert.ok(!isNamespaceOf('demo', machineNamespace('demo-two', 'i-0123456789abcdef0')));
    assert.ok(!isNamespaceOf('demo', 'everswarm-demo-other'));
  });

  it('refuses names that are no safe part of a path', () => {
    for (const name of ['', '..', 'a/b', 'A', '1a', 'a'.repeat(31)])
      assert.throws(() => checkLabName(name), LabNameError);
    checkLabName('demo-2');
  });

  it('shows a volume under its id without the dash', () => {
    assert.equal(volumeSerial('vol-0123456789abcdef0'), 'vol0123456789abcdef0');
  });
});
