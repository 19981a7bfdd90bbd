import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headerSize } from './header-size.ts';
import { card } from './pictures.suite.ts';

describe('the size in a header', () => {
  test.each([
    ['jpeg', card(70, 31).jpeg()],
    ['progressive jpeg', card(70, 31).jpeg({ progressive: true })],
    ['png', card(70, 31).png()],
    ['gif', card(70, 31).gif()],
    ['webp', card(70, 31).webp()],
    ['webp without loss', card(70, 31).webp({ lossless: true })],
    ['webp with alpha', card(70, 31).ensureAlpha(0.5).webp()],
    ['avif', card(70, 31).avif({ effort: 0 })],
  ])('%s', async (_, picture) => {
    expect(headerSize(await picture.toBuffer())).toEqual({ width: 70, height: 31 });
  });

  test('is absent for what is no picture, and for what was cut off', async () => {
    expect(headerSize(new Uint8Array())).toBeUndefined();
    expect(headerSize(new TextEncoder().encode('<svg width="9" height="9"/>'))).toBeUndefined();
    const png = await card(70, 31).png().toBuffer();
    expect(headerSize(png.subarray(0, 18))).toBeUndefined();
  });

  test('no bytes make it throw', async () => {
    const heads = await Promise.all(
      [card(9, 9).jpeg(), card(9, 9).webp(), card(9, 9).avif({ effort: 0 })].map((p) =>
        p.toBuffer(),
      ),
    );
    const damaged = fc
      .tuple(fc.constantFrom(...heads), fc.nat(), fc.uint8Array({ maxLength: 8 }))
      .map(([head, at, patch]) => {
        const bytes = new Uint8Array(head);
        bytes.set(patch, Math.min(at % bytes.length, bytes.length - patch.length));
        return bytes.subarray(0, (at % bytes.length) + 1);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        const size = headerSize(bytes);
        return size === undefined || (size.width > 0 && size.height > 0);
      }),
    );
  });
});
