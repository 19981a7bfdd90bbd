/**
 * GIFs on a clear ground, made smaller: their edges stay hard, and their palettes are measured
 * beside a picture of hard edges, for the alpha between cannot be had.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GifPart, gifOf } from '../../src/gif/pictures.suite.ts';
import { decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

type Color = readonly [number, number, number];
/** The color of a pixel of a frame; undefined where it is clear. */
type Draw = (x: number, y: number, frame: number) => Color | undefined;

const WHITE: Color = [255, 255, 255];
const mixed = (a: Color, b: Color, share: number): Color => {
  const [r, g, blue] = a.map((level, i) => Math.round(level + share * (b[i]! - level)));
  return [r!, g!, blue!];
};

/** Eight squares around an empty middle, each with a rim of other shades on every side; one is lit. */
function squares(side: number, gap: number, edge: number, rim: number): Draw {
  return (x, y, frame) => {
    const [column, row] = [x, y].map((at) => Math.floor((at - edge) / (side + gap)));
    const [u, v] = [x, y].map((at) => (((at - edge) % (side + gap)) + side + gap) % (side + gap));
    if (column! < 0 || row! < 0 || column! > 2 || row! > 2 || u! >= side || v! >= side) return;
    if (column === 1 && row === 1) return;
    const lit = [0, 1, 2, 5, 8, 7, 6, 3].indexOf(3 * row! + column!) === frame % 8;
    const color: Color = lit ? [16, 208, 255] : [88, 124, 156];
    const sides = [u === 0, v === 0, u === side - 1, v === side - 1].map((is, i) =>
      is ? i + 2 : 0,
    );
    const shade = sides.reduce((a, b) => a + b, 0);
    return shade > 0 ? mixed(color, WHITE, rim + 0.05 * shade) : color;
  };
}

/** Bars of six colors that rise and fall, with light rims. */
const bars: Draw = (x, y, frame) => {
  const [bar, u] = [Math.floor((x - 5) / 9), (x - 5) % 9];
  if (x < 5 || bar > 5 || u >= 7) return;
  const top = 39 - [5, 13, 21, 29, 21, 13, 5, 9][(bar + frame) % 8]!;
  if (y < top || y >= 39) return;
  const color: Color = [40 + 10 * bar, 150 - 8 * bar, 90 + 20 * bar];
  if (y === top) return mixed(color, WHITE, 0.7);
  return u === 0 || u === 6 ? mixed(color, WHITE, u === 0 ? 0.4 : 0.5) : color;
};

/** A GIF whose frames are drawn anew on a canvas that is cleared for each, as editors export them. */
function drawnAnew(width: number, height: number, frames: number, draw: Draw): Uint8Array {
  const places = new Map<number, number>();
  const symbolOf = (color: Color) => {
    const number = color[0] | (color[1] << 8) | (color[2] << 16);
    if (!places.has(number)) places.set(number, places.size);
    return places.get(number)!;
  };
  const parts = Array.from({ length: frames }, (_, frame): GifPart => {
    const symbols = Array.from({ length: width * height }, (_, i) => {
      const color = draw(i % width, Math.floor(i / width), frame);
      return color ? symbolOf(color) : 255;
    });
    return { left: 0, top: 0, width, height, disposal: 2, clear: true, symbols };
  });
  const colors = Array.from({ length: 256 }, () => 0);
  for (const [color, place] of places) colors[place] = color;
  return gifOf(width, height, parts, colors);
}

const SOURCES = {
  squares: drawnAnew(80, 80, 9, squares(17, 2, 13, 0.3)),
  tiles: drawnAnew(96, 96, 8, squares(21, 3, 12, 0.2)),
  bars: drawnAnew(64, 40, 8, bars),
} as const;
type Name = keyof typeof SOURCES;

let server: TestServer;

beforeAll(async () => {
  const pictures = Object.fromEntries(
    Object.entries(SOURCES).map(([name, bytes]) => [`${name}.gif`, bytes]),
  );
  server = await startServer({ pictures, latency: '60s' });
}, 60_000);
afterAll(() => server.stop());

async function answer(target: string): Promise<Uint8Array> {
  const { status, body } = await server.ask(target, { headers: { accept: 'image/*' } });
  expect(status).toBe(200);
  return new Uint8Array(body);
}

describe('a GIF on a clear ground made smaller', () => {
  test.each([
    // source, width, bytes of `gifsicle -O3 --resize` (1.93)
    ['squares', 60, 1297],
    ['squares', 32, 628],
    ['tiles', 58, 1114],
    ['tiles', 38, 775],
    ['bars', 58, 2302],
    ['bars', 38, 1452],
  ] as const)(
    '%s at %i pixels is at most 1.3 of the %i bytes of gifsicle, in every dialect',
    async (name: Name, width, gifsicle) => {
      for (const target of [
        `/fastly/${name}.gif?width=${width}`,
        `/imgix/${name}.gif?w=${width}`,
        `/imageoptim/${width}/${name}.gif`,
      ]) {
        const gif = await answer(target);
        expect(gif.length, target).toBeLessThanOrEqual(1.3 * gifsicle);
        const [shown, source] = [await decode(gif), await sharp(SOURCES[name]).metadata()];
        expect(shown.data[3], target).toBe(0);
        expect(shown.frames, target).toBe(source.pages);
      }
    },
    60_000,
  );
});
