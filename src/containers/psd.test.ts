import fc from 'fast-check';
import { expect, test } from 'vitest';
import { psd } from '../../test/support/documents.ts';
import { psdHeader, psdProfile } from './psd.ts';

test('tells size, channels, depth and mode', async () => {
  expect(psdHeader(await psd(40, 30))).toEqual({
    width: 40,
    height: 30,
    channels: 3,
    depth: 8,
    mode: 3,
  });
});

/** A file with these resources and nothing else. */
function withResources(...resources: readonly (readonly [id: number, body: Uint8Array])[]): Buffer {
  const head = Buffer.alloc(26);
  head.write('8BPS');
  head.writeUInt16BE(1, 4);
  const blocks = resources.map(([id, body]) => {
    const block = Buffer.alloc(12 + body.length + (body.length & 1));
    block.write('8BIM');
    block.writeUInt16BE(id, 4);
    block.writeUInt32BE(body.length, 8);
    block.set(body, 12);
    return block;
  });
  const all = Buffer.concat(blocks);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(all.length, 4);
  return Buffer.concat([head, lengths, all]);
}

test('finds the profile behind resources of odd and even lengths', () => {
  const profile = Uint8Array.of(1, 2, 3, 4, 5);
  const file = withResources(
    [1005, Uint8Array.of(9)],
    [1000, Uint8Array.of(8, 8)],
    [1039, profile],
  );
  expect([...(psdProfile(file) ?? [])]).toEqual([...profile]);
  expect(psdProfile(withResources([1005, profile]))).toBeUndefined();
  expect(psdProfile(file.subarray(0, file.length - 3))).toBeUndefined();
});

test('never reads outside, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
      const file = Buffer.concat([Buffer.from('8BPS\0\x01'), rest]);
      psdHeader(file);
      const found = psdProfile(file);
      expect(found === undefined || found.length <= file.length).toBe(true);
    }),
  );
});
