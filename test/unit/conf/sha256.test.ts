import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { sha256 } from '../../../src/conf/acl/sha256';

suite('SHA-256', () => {
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    test(`${String(length)} bytes`, () => {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      assert.equal(sha256(bytes), createHash('sha256').update(bytes).digest('hex'));
    });
  }
});
