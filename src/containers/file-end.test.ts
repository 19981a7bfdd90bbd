import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileEnd, TAIL_BYTES } from './file-end.ts';
import { GifWalk } from './gif.ts';

const endOf = (bytes: Uint8Array) =>
  fileEnd(bytes.subarray(0, 16_384), bytes.subarray(-TAIL_BYTES), bytes.length);

const picture = () => {
  const data = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7919) % 251));
  return sharp(data, { raw: { width: 40, height: 30, channels: 3 } });
};

let gif: Uint8Array;

beforeAll(async () => {
  gif = new Uint8Array(await picture().gif().toBuffer());
});

describe('fileEnd', () => {
  test.each(['jpeg', 'png', 'gif', 'webp', 'avif'] as const)(
    'a %s is whole to its end',
    async (format) => {
      const bytes = await picture().toFormat(format).toBuffer();
      expect(endOf(bytes)).toBe('whole');
      for (const missing of [1, 2, 13, 100]) {
        expect(endOf(bytes.subarray(0, bytes.length - missing))).not.toBe('whole');
      }
      expect(endOf(bytes.subarray(0, bytes.length / 2))).toBe(
        format === 'webp' || format === 'avif' ? 'cut' : 'open',
      );
    },
  );

  test('never throws, whatever the bytes', () => {
    const magic = fc.constantFrom('\xff\xd8', '\x89PNG', 'GIF89a', 'RIFF', '\0\0\0\x18ftyp', '');
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 200 }), (begin, rest) => {
        const bytes = Buffer.concat([Buffer.from(begin, 'latin1'), rest]);
        expect(['whole', 'cut', 'open']).toContain(endOf(bytes));
      }),
    );
  });
});

describe('GifWalk', () => {
  const walk = (...pieces: Uint8Array[]) => {
    const found = new GifWalk();
    for (const piece of pieces) found.add(piece);
    return found.whole;
  };

  test('sees the end in whatever pieces the file comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(gif.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), gif.length];
        expect(walk(...at.slice(1).map((end, i) => gif.subarray(at[i], end)))).toBe(true);
      }),
    );
  });

  test('misses nothing but the trailer', () => {
    expect(walk(gif.subarray(0, -1))).toBe(true);
    for (let length = 0; length < gif.length - 1; length++) {
      expect(walk(gif.subarray(0, length)), `${length} of ${gif.length}`).toBe(false);
    }
  });

  test('what follows the trailer is not looked at', () => {
    expect(walk(gif, Uint8Array.of(0x21, 0xf9, 9))).toBe(true);
  });
});

test.each([
  // bytes of the file that are there, end
  [0, 'whole'],
  [-1, 'cut'],
  [-20, 'cut'],
  [5, 'whole'],
])('an icon with %i bytes more than its pictures is %s', (more, end) => {
  const pictures = [30, 50];
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  pictures.forEach((length, i) => {
    head.writeUInt32LE(length, 6 + 16 * i + 8);
    head.writeUInt32LE(at, 6 + 16 * i + 12);
    at += length;
  });
  expect(endOf(Buffer.concat([head, Buffer.alloc(at + more - head.length)]))).toBe(end);
});
