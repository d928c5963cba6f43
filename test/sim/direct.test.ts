import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wireCarrier } from './clients.ts';
import { simulate } from './simulate.ts';

describe('the direct way into the region', () => {
  for (const seed of [2, 5, 11]) {
    it(`comes to the same as the SDK's clients with their serialisers and the region's protocols: seed ${seed}`, async () => {
      const direct = await simulate({ seed, keepTimeline: true });
      const wire = await simulate({ seed, keepTimeline: true, carrier: wireCarrier });
      const differs = direct.timeline.findIndex((line, index) => line !== wire.timeline[index]);
      assert.equal(direct.timeline[differs], wire.timeline[differs]);
      assert.equal(direct.digest, wire.digest);
    });
  }
});
