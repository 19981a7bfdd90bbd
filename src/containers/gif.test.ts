import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { plain } from './bytes.ts';
import { stripGif } from './gif.ts';

const [WIDTH, HEIGHT, PAGES] = [8, 6, 3];

/** Three frames of one color each, 70 ms apart, played twice. */
async function film(): Promise<Uint8Array> {
  const data = new Uint8Array(WIDTH * HEIGHT * 3 * PAGES);
  for (let page = 0; page < PAGES; page++) {
    data.fill(60 * page, page * WIDTH * HEIGHT * 3, (page + 1) * WIDTH * HEIGHT * 3);
  }
  const raw = { width: WIDTH, height: HEIGHT * PAGES, channels: 3, pageHeight: HEIGHT } as const;
  return plain(
    await sharp(data, { raw })
      .gif({ loop: 2, delay: [70, 70, 70] })
      .toBuffer(),
  );
}

function block(label: number, ...parts: string[]): Uint8Array {
  const body = parts.flatMap((part) => [part.length, ...Buffer.from(part, 'latin1')]);
  return Uint8Array.from([0x21, label, ...body, 0]);
}

/** The file with blocks before its first frame. */
function withBlocks(gif: Uint8Array, ...blocks: Uint8Array[]): Uint8Array {
  const head = 13 + (gif[10]! & 0x80 ? 3 * 2 ** ((gif[10]! & 7) + 1) : 0);
  return plain(Buffer.concat([gif.subarray(0, head), ...blocks, gif.subarray(head)]));
}

describe('stripGif', () => {
  test.each([
    [block(0xfe, 'made by someone', 'somewhere'), 'a comment'],
    [block(0xff, 'XMP DataXMP', '<x:xmpmeta/>'), 'a block of XMP'],
  ])('takes out what is not seen (%#: %s)', async (extra) => {
    const gif = await film();
    expect(stripGif(withBlocks(gif, extra))).toEqual(stripGif(gif));
  });

  test('frames, delays and plays stay', async () => {
    const gif = await film();
    const stripped = stripGif(withBlocks(gif, block(0xfe, 'x')));
    const { pages, delay, loop } = await sharp(stripped, { animated: true }).metadata();
    expect({ pages, delay, loop }).toEqual({ pages: 3, delay: [70, 70, 70], loop: 2 });
    const pixels = (bytes: Uint8Array) => sharp(bytes, { animated: true }).raw().toBuffer();
    expect((await pixels(stripped)).equals(await pixels(gif))).toBe(true);
  });

  test('what follows the trailer goes, and a missing trailer is added', async () => {
    const gif = stripGif(await film());
    expect(stripGif(plain(Buffer.concat([gif, Buffer.from('and more')])))).toEqual(gif);
    expect(stripGif(gif.subarray(0, -1))).toEqual(gif);
  });

  test('cut inside a block, or no GIF at all, it comes back as it is', async () => {
    const cut = (await film()).subarray(0, 60);
    expect(stripGif(cut)).toBe(cut);
    const other = new Uint8Array(40);
    expect(stripGif(other)).toBe(other);
  });

  test.each([13, 14, 20])(
    'leaves a file as it is that breaks off in its colors, after %i bytes',
    async (end) => {
      const cut = (await film()).subarray(0, end);
      expect(stripGif(cut)).toBe(cut);
    },
  );
});
