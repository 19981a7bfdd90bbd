/** The settings that each codec takes for a stage and a mode, as text. */
import { describe, expect, test } from 'vitest';
import { sourceInfo } from '../../image/source-info.suite.ts';
import { type Output, picture } from '../../plan/output.ts';
import type { Mode } from '../mode.ts';
import type { LossyCoding, StageName } from './codec.ts';
import { CODECS } from './index.ts';

const STAGES = ['fastest', 'search', 'final'] as const;
const MODES = ['instant', 'online', 'background', 'offline'] as const;

/** For each mode, the texts of the stages. */
function table(
  format: 'jpeg' | 'webp' | 'avif' | 'jxl' | 'mp4' | 'webm',
  style: { sharpChroma?: boolean; target?: number; progressive?: boolean },
) {
  const { lossy, text } = CODECS[format] as unknown as {
    lossy: LossyCoding;
    text: (encoding: ReturnType<LossyCoding['encoding']>) => string;
  };
  const { sharpChroma = false, target, progressive = false } = style;
  const cell = (stage: StageName, mode: Mode) =>
    text(lossy.encoding({ stage, mode, sharpChroma, target, progressive }, 60.4));
  return Object.fromEntries(MODES.map((mode) => [mode, STAGES.map((stage) => cell(stage, mode))]));
}
const same = (...row: string[]) => patient(row, row);
/** A table whose patient modes agree. */
const patient = (usual: unknown, slow: unknown) => ({
  ...{ instant: usual, online: usual },
  ...{ background: slow, offline: slow },
});

describe('for a quality of 60.4, from the fastest to the final one', () => {
  test.each([
    [{}, 'jpeg q60 4:2:0 fast', 'jpeg q60 4:2:0 full', 'jpeg q60 4:2:0 full'],
    [
      { progressive: true },
      ...[
        'jpeg q60 4:2:0 fast progressive',
        'jpeg q60 4:2:0 full',
        'jpeg q60 4:2:0 full progressive',
      ],
    ],
    [
      { sharpChroma: true, target: 90 },
      ...['jpeg q60 4:4:4 fast', 'jpeg q60 4:4:4 full', 'jpeg q60 4:4:4 full'],
    ],
  ] as [object, string, string, string][])('JPEG with %j', (style, ...row) => {
    expect(table('jpeg', style)).toEqual(same(...row));
  });

  test('WebP: smart chroma wherever there is time, effort 6 in the background', () => {
    const usual = ['webp q60 e0', 'webp q60 e4', 'webp q60 e4'];
    const background = ['webp q60 e0', 'webp q60 e4', 'webp q60 e6'];
    expect(table('webp', {})).toEqual(patient(usual, background));
    const sharp = ['webp q60 e0', 'webp q60 e4 smart', 'webp q60 e4 smart'];
    expect(table('webp', { sharpChroma: true })).toEqual(
      patient(sharp, ['webp q60 e0', 'webp q60 e4 smart', 'webp q60 e6 smart']),
    );
  });

  test.each([
    [undefined, 8, 8],
    [64.9, 8, 8],
    [65, 8, 10],
    [79, 8, 10],
    [80, 10, 10],
    [95, 10, 10],
  ])('AVIF to %s: %i bits at the end in the background, %i offline', (target, depth, offline) => {
    const style = { sharpChroma: true, ...(target === undefined ? {} : { target }) };
    const usual = ['avif q60 e0 4:4:4 8bit', 'avif q60 e1 4:4:4 8bit', 'avif q60 e1 4:4:4 8bit'];
    expect(table('avif', style)).toEqual({
      ...{ instant: usual, online: usual },
      background: [usual[0], usual[1], `avif q60 e3 4:4:4 ${depth}bit`],
      offline: [usual[0], usual[1], `avif q60 e5 4:4:4 ${offline}bit`],
    });
    expect(table('avif', { ...style, sharpChroma: false }).online).toEqual(
      usual.map((text) => text.replace('4:4:4', '4:2:0')),
    );
  });

  test('JPEG XL: half steps of quality, one effort', () => {
    expect(table('jxl', {})).toEqual(same('jxl q60.5 e3', 'jxl q60.5 e3', 'jxl q60.5 e3'));
  });

  test('video: what is slow is left to the background', () => {
    const mp4 = ['mp4 q60 superfast high', 'mp4 q60 veryfast high', 'mp4 q60 veryfast high'];
    expect(table('mp4', {})).toEqual(patient(mp4, [mp4[0], mp4[1], 'mp4 q60 medium high']));
    const webm = ['webm q60 realtime s8', 'webm q60 realtime s6', 'webm q60 realtime s6'];
    expect(table('webm', {})).toEqual(patient(webm, [webm[0], webm[1], 'webm q60 good s2']));
  });
});

test('without loss', () => {
  const of = (format: 'webp' | 'png' | 'jxl') => {
    const { lossless, text } = CODECS[format] as unknown as {
      lossless: { encoding: (mode: Mode) => never; fastest: never };
      text: (encoding: never) => string;
    };
    return [text(lossless.fastest), ...MODES.map((mode) => text(lossless.encoding(mode)))];
  };
  expect(of('webp')).toEqual(['e0', 'e2', 'e4', 'e6', 'e6'].map((e) => `webp lossless ${e}`));
  expect(of('png')).toEqual(['png e1', 'png e3', 'png e3', 'png e10', 'png e10']);
  expect(of('jxl')).toEqual(['e1', 'e3', 'e4', 'e7', 'e7'].map((e) => `jxl lossless ${e}`));
});

test('palettes have 2 to 256 colors, dithered where sharp does that well', () => {
  const { encoding, flat } = CODECS.png.palette;
  const { text } = CODECS.png;
  expect([1, 2, 4, 5, 16, 17, 256, 999].map((colors) => text(encoding(colors, 'online')))).toEqual([
    ...['png palette-2 e7', 'png palette-2 e7', 'png palette-4 e7', 'png palette-5 flat e7'],
    ...['png palette-16 e7', 'png palette-17 flat e7', 'png palette-256 e7', 'png palette-256 e7'],
  ]);
  expect(text(encoding(9, 'background'))).toBe('png palette-9 flat e10');
  expect([text(flat.trial(16)), text(flat.final(16))]).toEqual([
    'png palette-16 flat e7',
    'png palette-16 flat e10',
  ]);
  const gif = CODECS.gif.palette;
  expect(CODECS.gif.text(gif.encoding(300))).toBe('gif palette-256');
  expect(CODECS.gif.text(gif.slack.encoding(31, 14))).toBe('gif palette-31 slack-14');
});

describe('what a JPEG has fixed', () => {
  type Jpeg = Extract<Output, { kind: 'picture' }>['jpeg'];
  const fixed = (jpeg: Jpeg, identity: boolean, chroma: string, progressive = false) =>
    CODECS.jpeg.lossy.fixed({
      output: picture({ formats: [{ format: 'jpeg' }], quality: { kind: 'lossless' }, jpeg }),
      info: sourceInfo({ format: 'jpeg', jpeg: { progressive, chroma } }),
      identity,
    }).sharpChroma;

  test.each<[Jpeg['chroma'], boolean, string, boolean | undefined]>([
    // asked for, pixel for pixel, of the source, sharp
    ['free', true, '4:2:0', false],
    ['free', true, '4:4:4', undefined],
    ['free', true, '4:2:2', undefined],
    // Made smaller, halved chroma is as sharp as the picture.
    ['free', false, '4:2:0', undefined],
    ['free', false, '4:4:4', undefined],
    ['4:4:4', true, '4:2:0', true],
    ['4:4:4', false, '4:2:0', true],
    ['4:2:0', true, '4:4:4', false],
    ['4:2:0', false, '4:4:4', false],
  ])(
    'chroma %s, pixel for pixel %s, of a source with %s: %s',
    (chroma, identity, source, sharp) => {
      expect(fixed({ kind: 'free', chroma }, identity, source)).toBe(sharp);
    },
  );

  test.each<[Jpeg['kind'], boolean, boolean, boolean]>([
    // kind, progressive source, progressive, forced
    ['free', false, true, false],
    ['free', true, true, false],
    ['progressive', false, true, true],
    ['baseline', true, false, true],
    ['like-source', true, true, true],
    ['like-source', false, false, true],
  ])('%s of a source in scans %s: in scans %s, whatever that costs: %s', (kind, scans, ...row) => {
    const { progressive, progressiveForced } = CODECS.jpeg.lossy.fixed({
      output: picture({
        ...{ formats: [{ format: 'jpeg' }], quality: { kind: 'lossless' } },
        jpeg: { kind, chroma: 'free' },
      }),
      info: sourceInfo({ format: 'jpeg', jpeg: { progressive: scans, chroma: '4:2:0' } }),
      identity: false,
    });
    expect([progressive, progressiveForced]).toEqual(row);
  });
});
