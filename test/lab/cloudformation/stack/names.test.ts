import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { physicalName, uuid } from '../../../../lab/cloudformation/stack/names.ts';
import { seededRandom } from '../../../../lab/sim/random.ts';

test('a generated name has the stack, the logical id and twelve random characters', () => {
  assert.match(physicalName('Demo', 'Queue', 80, seededRandom(1)), /^Demo-Queue-[A-Z0-9]{12}$/);
});

test('a name is never longer than allowed and always shows its logical id', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abXY09'), minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(name, name, fc.integer({ min: 20, max: 255 }), fc.nat(), (stack, logicalId, most, seed) => {
      const made = physicalName(stack, logicalId, most, seededRandom(seed));
      assert.ok(made.length <= most, made);
      assert.ok(made.length === most || made.startsWith(`${stack}-${logicalId}-`), made);
      assert.match(made, /^[^-]+-[^-]+-[A-Z0-9]{12}$/);
    }),
  );
});

test('ids are version 4 UUIDs, the same for the same source', () => {
  assert.match(uuid(seededRandom(7)), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(uuid(seededRandom(7)), uuid(seededRandom(7)));
});
