/**
 * Pictures for golden pixels, 48 x 32, drawn by rule so that every machine draws
 * the same: a gradient in each corner's color, greys, saturated and pale
 * patches, hard edges, fine stripes and a little noise.
 */
import type { Raster } from '../../src/image/raster.ts';

export const WIDTH = 48;
export const HEIGHT = 32;

type Pixel = readonly [number, number, number, number];

const PATCHES: readonly (readonly [number, number, number])[] = [
  ...([
    [220, 30, 30],
    [30, 180, 50],
    [30, 50, 220],
  ] as const),
  ...([
    [235, 220, 40],
    [200, 150, 140],
    [90, 110, 100],
  ] as const),
];

/** The color at a place; the same everywhere and always. */
function colorAt(x: number, y: number): readonly [number, number, number] {
  // A small hash of the place, -6..6: noise that no generator of a platform makes.
  const noise = (((x * 73_856_093) ^ (y * 19_349_663)) >>> 3) % 13;
  if (y < 10) {
    return [(255 * x) / (WIDTH - 1), (255 * y) / 9, 255 - (255 * x) / (WIDTH - 1)];
  }
  if (y < 20) return PATCHES[Math.min(5, x >> 3)]!;
  if (x < 16) return x % 3 === 0 ? [240, 240, 240] : [20, 20, 20];
  if (x < 32) {
    const grey = (255 * (x - 16)) / 15;
    return [grey, grey, grey];
  }
  return [120 + noise - 6, 100 + noise - 6, 80 + noise - 6];
}

function draw(
  channels: 3 | 4,
  at: (x: number, y: number) => Pixel,
  pages = 1,
  height = HEIGHT,
): Raster {
  const data = new Uint8Array(WIDTH * height * pages * channels);
  for (let y = 0, i = 0; y < height * pages; y++) {
    for (let x = 0; x < WIDTH; x++, i += channels) {
      data.set(at(x, y).slice(0, channels).map(Math.round), i);
    }
  }
  const delays = pages > 1 ? Array.from({ length: pages }, () => 100) : [];
  return { width: WIDTH, height, channels, data, pages, delays, loop: pages > 1 ? 0 : 1 };
}

/** The scene without alpha. */
export const scene = (): Raster => draw(3, (x, y) => [...colorAt(x, y), 255]);

/** The scene in greys. */
export const greyScene = (): Raster =>
  draw(3, (x, y) => {
    const [red, green, blue] = colorAt(x, y);
    const grey = Math.round(0.3 * red + 0.6 * green + 0.1 * blue);
    return [grey, grey, grey, 255];
  });

/** The scene on a clear ground: an opaque middle, a soft left, a clear right. */
export const clearScene = (): Raster =>
  draw(4, (x, y) => [...colorAt(x, y), x < 12 ? (255 * x) / 12 : x < 36 ? 255 : 0]);

/** The scene with a border of one color, 6 wide left, 3 right, 5 above and 2 below. */
export const framedScene = (): Raster =>
  draw(3, (x, y) =>
    x < 6 || x >= WIDTH - 3 || y < 5 || y >= HEIGHT - 2
      ? [250, 248, 245, 255]
      : [...colorAt(x, y), 255],
  );

/** Three frames: a square that moves over flat colors, clear at the left. */
export const movingScene = (): Raster =>
  draw(
    4,
    (x, y) => {
      const [page, row] = [Math.floor(y / HEIGHT), y % HEIGHT];
      const inside = Math.abs(x - 10 - 14 * page) < 6 && Math.abs(row - 16) < 8;
      if (inside) return [220, 30, 30, 255];
      return x < 8 ? [0, 0, 0, 0] : [30, 60 + 60 * page, 200, 255];
    },
    3,
  );
