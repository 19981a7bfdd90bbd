import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { avifColor } from './avif-color.ts';
import { latin1, latin1Bytes } from './bytes.ts';

/** Of libavif: code points 12/13 in its `colr` box and in its sequence header. */
const P3 = new Uint8Array(
  readFileSync(new URL('../../test/data/faults/display-p3.avif', import.meta.url)),
);

/** The file with a name of four characters in place of another, where it stands first or last. */
function renamed(file: Uint8Array, from: string, to: string, last = false): Uint8Array {
  const text = latin1(file, 0, file.length);
  const copy = new Uint8Array(file);
  copy.set(latin1Bytes(to), last ? text.lastIndexOf(from) : text.indexOf(from));
  return copy;
}

async function made(alpha = 1, icc?: string): Promise<Uint8Array> {
  const background = { r: 200, g: 90, b: 30, alpha };
  const pipe = sharp({ create: { width: 48, height: 32, channels: 4, background } });
  return new Uint8Array(
    await (icc ? pipe.withIccProfile(icc) : pipe).avif({ effort: 0 }).toBuffer(),
  );
}

describe('avifColor', () => {
  test('reads code points', async () => {
    expect(avifColor(P3)).toMatchObject({ codePoints: { primaries: 12, transfer: 13 } });
    expect(avifColor(await made()).codePoints).toEqual({ primaries: 1, transfer: 13 });
  });

  test('a profile goes before code points', async () => {
    const said = avifColor(await made(1, 'p3'));
    expect(said.hasProfile).toBe(true);
    expect(said.codePoints).toBeUndefined();
  });

  test('without a colr box the sequence header counts', () => {
    const bare = renamed(P3, 'colr', 'free');
    expect(avifColor(bare)).toMatchObject({ codePoints: { primaries: 12, transfer: 13 } });
  });

  test('a tone-mapped item is a gain map', async () => {
    const file = await made(0.5);
    expect(avifColor(file).gainMap).toBe(false);
    const meta = latin1(file, 0, file.length).lastIndexOf('infe');
    const map = new Uint8Array(file);
    map.set(latin1Bytes('tmap'), latin1(file, 0, file.length).indexOf('av01', meta));
    expect(avifColor(map).gainMap).toBe(true);
  });

  test('no bytes make it throw or run on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: P3.length - 1 }), fc.nat({ max: 255 })), { maxLength: 12 }),
        fc.nat({ max: P3.length }),
        (changes, length) => {
          const broken = P3.slice(0, length);
          for (const [at, value] of changes) if (at < length) broken[at] = value;
          expect(typeof avifColor(broken).gainMap).toBe('boolean');
        },
      ),
    );
  });
});
