/**
 * SVG is drawn alike at every size, whatever its lengths are written in.
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { setUpVips } from './loader-policy.ts';
import { rendered } from './pictures.suite.ts';
import { probe } from './probe.ts';

setUpVips({ concurrency: 1 });

const svg = (body: string, root: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${root}>${body}</svg>`);
const BAR = (width: string) => `<rect width="${width}" height="40" fill="#d00"/>`;

async function drawn(bytes: Uint8Array, width: number, height: number) {
  const step = { kind: 'scale', width, height, filter: 'lanczos3' } as const;
  const { raster } = await rendered(bytes, [step]);
  return raster;
}

/** Columns of a row that are red. */
async function redColumns(
  bytes: Uint8Array,
  width: number,
  height: number,
  y = Math.floor(height / 4),
): Promise<number> {
  const { data, channels } = await drawn(bytes, width, height);
  const row = y * width * channels;
  let count = 0;
  for (let x = 0; x < width; x++) {
    const alpha = channels === 4 ? data[row + x * channels + 3]! : 255;
    if (data[row + x * channels]! > 128 && alpha > 128 && data[row + x * channels + 1]! < 128)
      count++;
  }
  return count;
}

describe('lengths inside a drawing', () => {
  const ROOT = 'width="200" height="80" viewBox="0 0 200 80"';
  test.each(['96', '96px', '1in', '72pt', '6pc', '25.4mm', '2.54cm'])(
    'a bar of %s is 96 of 200 wide at every size',
    async (length) => {
      for (const zoom of [0.5, 1, 2, 8]) {
        const columns = await redColumns(svg(BAR(length), ROOT), 200 * zoom, 80 * zoom);
        expect(columns, `at ${zoom}`).toBe(96 * zoom);
      }
    },
  );
});

describe('the size of a drawing', () => {
  test.each([
    ['width="1in" height="0.5in"', 96, 48],
    ['width="72pt" height="36pt"', 96, 48],
    ['width="210mm" height="297mm" viewBox="0 0 210 297"', 794, 1123],
    ['width="100.4" height="50.6"', 100, 51],
    ['', 80, 40],
    ['width="100%" height="100%"', 80, 40],
  ])('%s is %i x %i', async (root, width, height) => {
    expect(await probe({ bytes: svg(BAR('80'), root) })).toMatchObject({ width, height });
  });

  test.each(['', 'width="100%" height="100%"', 'width="80"', 'viewBox="0 0 80 40"'])(
    'with %j the drawing grows with the picture',
    async (root) => {
      expect(await redColumns(svg(BAR('80'), root), 240, 120)).toBe(240);
    },
  );

  test.each([
    ['beside the origin', '<rect x="100" y="50" width="80" height="40" fill="#d00"/>', 180, 90, 80],
    ['moved by a group', `<g transform="translate(40 20)">${BAR('80')}</g>`, 120, 60, 80],
    ['across the origin', '<rect x="-20" width="100" height="40" fill="#d00"/>', 100, 40, 80],
  ])(
    'without a size, a drawing %s lies inside its picture',
    async (_, body, width, height, red) => {
      const bytes = svg(body, '');
      expect(await probe({ bytes })).toMatchObject({ width, height });
      expect(await redColumns(bytes, width, height, height - 1)).toBe(red);
    },
  );

  test('in inches it grows to eight thousand pixels', async () => {
    const bytes = svg(BAR('100%'), 'width="1in" height="0.1in"');
    expect((await drawn(bytes, 8000, 800)).width).toBe(8000);
  });

  test('without an area it is refused', async () => {
    const bytes = svg(BAR('80'), 'width="0" height="40"');
    await expect(probe({ bytes })).rejects.toMatchObject({ code: 'source-broken' });
  });
});

test.each([
  ['a prefix', Buffer.from('<n:svg xmlns:n="http://www.w3.org/2000/svg" width="8" height="4"/>')],
  ['compression', gzipSync(svg('', 'width="8" height="4"'))],
  ['UTF-16', Buffer.from(`\ufeff${svg('', 'width="8" height="4"')}`, 'utf16le')],
])('%s changes nothing', async (_, bytes) => {
  expect(await probe({ bytes })).toMatchObject({ format: 'svg', width: 8, height: 4 });
  expect((await drawn(bytes, 16, 8)).width).toBe(16);
});

test('compressed bytes that are no SVG are refused', async () => {
  await expect(probe({ bytes: gzipSync('just words') })).rejects.toMatchObject({ name: 'Fault' });
});

describe('a part of a drawing', () => {
  /** Bars of odd widths, upright or lying, on white. */
  const bars = (lying: boolean) => {
    const at = [7, 31, 58, 83];
    const bar = (from: number) =>
      lying
        ? `<rect y="${from}" width="100" height="9" fill="#000"/>`
        : `<rect x="${from}" width="9" height="100" fill="#000"/>`;
    const ground = '<rect width="100" height="100" fill="#fff"/>';
    return svg(ground + at.map(bar).join(''), 'width="100" height="100"');
  };

  test.each([
    // window, size, lying                                  why
    [{ left: 20, top: 10, width: 50, height: 80 }, 300, 80, false, 'six times as wide'],
    [{ left: 10, top: 20, width: 80, height: 50 }, 80, 300, true, 'six times as tall'],
    [{ left: 5, top: 5, width: 90, height: 90 }, 450, 450, false, 'five times'],
    [{ left: 25, top: 50, width: 50, height: 50 }, 25, 25, false, 'half'],
  ])('%j at %i x %i is drawn at that size and not enlarged (lying: %s; %s)', async (...row) => {
    const [window, width, height, lying] = row;
    const steps = [
      { kind: 'extract', ...window } as const,
      { kind: 'scale', width, height, filter: 'lanczos3' } as const,
    ];
    const { raster } = await rendered(bars(lying), steps);
    expect(raster).toMatchObject({ width, height });
    const long = lying ? height : width;
    const [start, part] = lying ? [window.top, window.height] : [window.left, window.width];
    let between = 0;
    for (let i = 0; i < long; i++) {
      const [x, y] = lying ? [width >> 1, i] : [i, height >> 1];
      const level = raster.data[(y * width + x) * raster.channels]!;
      if (level > 25 && level < 230) between++;
      // What the middle of the pixel lies on, where no edge is within a pixel of it.
      const place = start + ((i + 0.5) * part) / long;
      const edges = [7, 31, 58, 83].flatMap((from) => [from, from + 9]);
      if (edges.some((edge) => Math.abs(edge - place) < (1.2 * part) / long)) continue;
      const dark = [7, 31, 58, 83].some((from) => place > from && place < from + 9);
      expect(dark ? level < 40 : level > 215, `${i}: ${level}`).toBe(true);
    }
    // A pixel at most that is neither, at each of up to eight edges.
    expect(between).toBeLessThanOrEqual(8);
  });
});
