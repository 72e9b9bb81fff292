import assert from 'node:assert/strict';
import { formatAddress, fromHere } from '../../../src/model/address';

suite('model/address: where this machine reaches what listens there', () => {
  const cases: readonly [listens: string, reached: string][] = [
    ['', '127.0.0.1:6379'],
    ['0.0.0.0', '127.0.0.1:6379'],
    ['::', '127.0.0.1:6379'],
    ['127.0.0.1', '127.0.0.1:6379'],
    ['127.0.0.2', '127.0.0.2:6379'],
    ['::1', '[::1]:6379'],
    ['192.168.1.7', '192.168.1.7:6379'],
  ];
  for (const [host, reached] of cases)
    test(host || 'nothing said', () => assert.equal(formatAddress(fromHere({ host, port: 6379 })), reached));
});
