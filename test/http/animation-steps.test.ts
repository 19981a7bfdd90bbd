/**
 * Every step on every frame: an animation through each geometric and color parameter, in as GIF, WebP and animated PNG, out
 * as GIF and WebP.
 *
 * The answer has the frames, the times and the turns of its source, and each frame looks like the
 * same request for that frame alone.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApng } from '../../src/containers/animation/apng.suite.ts';
import { type Decoded, decode, psnr } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const WIDTH = 48;
const HEIGHT = 32;
const DELAYS = [50, 70, 110, 230];
const LOOP = 3;

/** The ground and the block of each frame; the block moves to the right. */
const COLORS = [
  [
    [180, 110, 90],
    [70, 40, 45],
  ],
  [
    [170, 150, 110],
    [60, 50, 75],
  ],
  [
    [110, 150, 120],
    [220, 215, 200],
  ],
  [
    [100, 115, 150],
    [225, 215, 165],
  ],
] as const;

/** RGBA of a frame; `clear`: on a clear ground. */
function framePixels(frame: number, clear: boolean): Uint8Array {
  const [ground, block] = COLORS[frame]!;
  const data = new Uint8Array(WIDTH * HEIGHT * 4);
  const left = 4 + 9 * frame;
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    const inside = x >= left && x < left + 13 && y >= 6 && y < 20;
    data.set(inside ? [...block, 255] : [...ground, clear ? 0 : 255], i * 4);
  }
  return data;
}

function stillOf(frame: number, clear: boolean): Promise<Buffer> {
  const raw = { width: WIDTH, height: HEIGHT, channels: 4 } as const;
  return sharp(framePixels(frame, clear), { raw }).png().toBuffer();
}

async function animationOf(format: Source, clear: boolean): Promise<Uint8Array> {
  if (format === 'png') return movingPng(clear);
  const data = Buffer.concat(COLORS.map((_, frame) => framePixels(frame, clear)));
  const raw = { width: WIDTH, height: HEIGHT * 4, channels: 4, pageHeight: HEIGHT } as const;
  const timed = { delay: DELAYS, loop: LOOP };
  const all = sharp(data, { raw });
  return format === 'gif'
    ? all.gif({ ...timed, dither: 0 }).toBuffer()
    : all.webp({ ...timed, lossless: true }).toBuffer();
}

/** The same as an animated PNG, whose frames are disposed of in all ways. */
function movingPng(clear: boolean): Uint8Array {
  const frames = COLORS.map((_, frame) => {
    const pixels = framePixels(frame, clear);
    const delay = [DELAYS[frame]!, 1000] as const;
    return { color: [0, 0, 0, 0], pixels, delay, dispose: frame % 3, blend: clear ? 0 : 1 };
  });
  return testApng({ width: WIDTH, height: HEIGHT, frames, plays: LOOP });
}

let server: TestServer;

beforeAll(async () => {
  const pictures: Record<string, Uint8Array> = {};
  for (const clear of [false, true]) {
    const name = clear ? 'clear' : 'solid';
    for (const format of SOURCES) {
      pictures[`${name}.${format}`] = await animationOf(format, clear);
    }
    for (const frame of COLORS.keys())
      pictures[`${name}-${frame}.png`] = await stillOf(frame, clear);
  }
  server = await startServer({ pictures });
});
afterAll(() => server?.stop());

async function answer(
  target: string,
  accept = '*/*',
): Promise<Decoded & { loop: number | undefined }> {
  const { status, body } = await server.ask(target, { headers: { accept } });
  expect([target, status]).toEqual([target, 200]);
  const { loop } = await sharp(body, { animated: true }).metadata();
  return { ...(await decode(body)), loop };
}

/** One frame by itself, over grey where it is clear: what lies under clear pixels counts for nothing. */
function frameOf({ data, width, height, ...rest }: Decoded, frame: number): Decoded {
  const own = data.slice(frame * width * height * 4, (frame + 1) * width * height * 4);
  for (let i = 0; i < own.length; i += 4) {
    const share = own[i + 3]! / 255;
    for (let c = 0; c < 3; c++) own[i + c] = own[i + c]! * share + 128 * (1 - share);
  }
  return { ...rest, width, height, frames: 1, data: own };
}

/** Least likeness in dB of a frame to the same by itself: few colors as GIF, chroma of 2 x 2 pixels as WebP. */
const ALIKE = 26;

type Moving = 'gif' | 'webp';
type Source = Moving | 'png';

/** How a dialect is asked for a picture in a format, and what it makes of an animation. */
interface Way {
  path(name: string, format: Moving | 'png'): string;
  /** Formats that a source is asked for. */
  to(from: Source): readonly Moving[];
  /** What the client lists, where the server chooses among it; by default nothing, and the format is exact. */
  accept?(format: Moving): string;
}

const BOTH: readonly Moving[] = ['gif', 'webp'];
const SOURCES: readonly Source[] = [...BOTH, 'png'];

async function expectAlike(
  { path, to: targets, accept }: Way,
  source: 'solid' | 'clear',
  compared: readonly number[] = [0, 1, 2, 3],
): Promise<void> {
  const alone: Decoded[] = [];
  for (const frame of compared) alone[frame] = await answer(path(`${source}-${frame}.png`, 'png'));
  for (const from of SOURCES) {
    for (const to of targets(from)) {
      const shown = await answer(path(`${source}.${from}`, to), accept?.(to));
      const what = `${from} to ${to}`;
      const format = accept?.(to).includes(shown.format) ? shown.format : to;
      expect([what, shown.format, shown.frames]).toEqual([what, format, 4]);
      expect([what, shown.loop, ...shown.delay]).toEqual([what, LOOP, ...DELAYS]);
      for (const frame of compared) {
        const { width, height } = alone[frame]!;
        expect([what, shown.width, shown.height]).toEqual([what, width, height]);
        const likeness = psnr(frameOf(shown, frame), frameOf(alone[frame]!, 0));
        expect([what, frame, likeness > ALIKE ? 'alike' : likeness]).toEqual([
          what,
          frame,
          'alike',
        ]);
      }
    }
  }
}

const imgix = (query: string): Way => ({
  path: (name, format) => `/imgix/${name}?${query}&fm=${format}&q=95`,
  to: () => BOTH,
});

describe('imgix', () => {
  test.each([
    // Geometry
    ['w=24'],
    ['w=96'],
    ['w=20&h=20&fit=scale'],
    ['w=24&h=24&fit=crop'],
    ['w=24&h=24&fit=crop&crop=right,bottom'],
    ['w=24&h=24&fit=crop&crop=focalpoint&fp-x=0.3&fp-y=0.6&fp-z=1.5'],
    ['w=40&h=40&fit=fill&fill-color=1e6450'],
    ['w=40&h=40&fit=fill&fill=blur'],
    ['w=40&h=40&fit=clamp'],
    ['w=20&h=20&fit=min'],
    ['w=20&h=20&fit=facearea'],
    ['rect=8,4,24,20'],
    ['flip=hv'],
    ['orient=6'],
    ['rot=90'],
    ['rot=20'],
    ['rot=20&rot-type=pivot&bg=1e6450'],
    ['w=20&dpr=2'],
    ['w=40&pad=4&bg=1e6450'],
    ['border=3,1e6450'],
    ['mask=ellipse&mask-bg=1e6450'],
    ['mask=corners&corner-radius=8&mask-bg=1e6450'],
    // Colors
    ['bri=20'],
    ['con=-30'],
    ['exp=15'],
    ['gam=20'],
    ['high=-40&shad=40'],
    ['hue=80'],
    ['sat=-60'],
    ['vib=50'],
    ['invert=true'],
    ['sepia=70'],
    ['monochrome=557799'],
    ['duotone=002040,ffe0a0'],
    ['blend=80ff8800&blend-mode=multiply'],
    ['auto=enhance'],
    ['auto=redeye'],
    // Neighbourhoods
    ['blur=20'],
    ['px=6'],
    ['htn=6'],
    ['sharp=20'],
    ['usm=20'],
    ['nr=20&nrs=10'],
    ['txt=Hi&txt-size=14&txt-color=ffffff'],
    ['w=30&h=30&fit=crop&flip=h&rot=90&sat=-40&border=2,1e6450'],
  ])('%s', async (query) => {
    await expectAlike(imgix(query), 'solid');
  });

  test.each([
    ['w=24'],
    ['w=24&h=24&fit=crop&crop=left'],
    ['w=40&h=40&fit=fill&fill-color=1e6450'],
    ['flip=h&rot=90'],
    ['bg=1e6450'],
    ['pad=4'],
    ['mask=ellipse'],
    ['sat=-60&bri=20'],
    ['invert=true'],
    ['transparency=grid'],
    ['trim=alpha&trim-pad=12&w=30'],
  ])('on a clear ground: %s', async (query) => {
    // Of what is cut by content the first frame decides for all.
    const compared = query.startsWith('trim') ? [0] : [0, 1, 2, 3];
    await expectAlike(imgix(query), 'clear', compared);
  });

  test.each([
    ['w=20&h=30&fit=crop&crop=entropy'],
    ['w=20&h=30&fit=crop&crop=edges'],
    ['w=20&h=30&fit=crop&crop=auto'],
    ['w=20&h=30&fit=crop&crop=faces,right'],
    ['trim=color&trim-color=b46e5a'],
  ])('where the first frame decides: %s', async (query) => {
    await expectAlike(imgix(query), 'solid', [0]);
  });
});

describe('Fastly', () => {
  test.each([
    ['width=24'],
    ['width=24&height=24&fit=crop'],
    ['width=24&height=24&fit=cover'],
    ['crop=20,20,x4,y6'],
    ['crop=1:1,smart', [0]],
    ['orient=r'],
    ['orient=hv&width=20'],
    ['pad=3&bg-color=1e6450'],
    ['canvas=60,40&bg-color=1e6450'],
    ['trim=2,4'],
    ['brightness=20&contrast=-20&saturation=-50'],
    ['blur=2'],
    ['sharpen=a5,r2,t0'],
    ['width=20&dpr=2'],
  ] as readonly [string, number[]?][])('%s', async (query, compared) => {
    // An animation keeps its format there (docs/spec/fastly-io.md 10).
    const way: Way = {
      path: (name, format) => `/fastly/${name}?${query}${format === 'png' ? '&format=png' : ''}`,
      to: (from) => [from === 'png' ? 'gif' : from],
    };
    await expectAlike(way, 'solid', compared);
  });
});

describe('ImageOptim', () => {
  test.each([
    ['24'],
    ['24x24,crop'],
    ['24x24,crop=left'],
    ['24x24,crop=auto', [0]],
    ['24x24,fit'],
    ['20x20,scale-down'],
    ['40x40,fit,bgcolor=1e6450'],
    ['full,trim', [0]],
    ['20,2x'],
  ] as readonly [string, number[]?][])('%s', async (options, compared) => {
    // An animation is the smaller of both for clients that list WebP (docs/spec/imageoptim.md 7.3).
    const way: Way = {
      path: (name, format) =>
        `/imageoptim/${options},quality=high${format === 'png' ? ',format=png' : ''}/${name}`,
      to: (from) => (from === 'png' ? BOTH : [from]),
      accept: (format) => (format === 'webp' ? 'image/webp,image/gif' : '*/*'),
    };
    await expectAlike(way, 'solid', compared);
  });
});
