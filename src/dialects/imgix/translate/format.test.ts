import { describe, expect, test } from 'vitest';
import type { FormatName } from '../../../image/format.ts';
import { lower } from '../../../plan/lower.ts';
import type { Output } from '../../../plan/output.ts';
import type { FormatSettings } from '../../negotiation.ts';
import { compile, FOLDER, sourceInfo } from '../fixtures.suite.ts';

type Picture = Extract<Output, { kind: 'picture' }>;

const output = (query: string, headers = {}) => compile(query, headers).plan.output as Picture;

function chosen(
  source: string,
  query: string,
  accepts: string,
  settings: FormatSettings = {},
): string {
  const list = accepts.split(' ').filter(Boolean) as FormatName[];
  const { plan } = compile(query, {}, { ...FOLDER, ...settings });
  const lowered = lower(plan, sourceInfo(source), new Set(list));
  if (lowered.kind !== 'program' || !lowered.program.chosen) return lowered.kind;
  const { format, lossless, palette } = lowered.program.chosen;
  const frames = lowered.program.frames.count;
  return [
    format,
    ...(lossless ? ['lossless'] : []),
    ...(palette ? [`palette-${palette}`] : []),
    ...(frames > 1 ? [`x${frames}`] : []),
  ].join(' ');
}

const BOTH = 'avif webp';
const JPEG = '300x200 jpeg';
const PNG = '300x200 png';
const CLEAR = '300x200 png alpha';
const MOVING = '300x200 gif animated';

test.each<[string, string, FormatSettings, string, string]>([
  // query   accepts         settings              result  why
  ['fm=jxl', BOTH, { missing: ['jxl'] }, 'avif', '4.3.2: no encoder, so the best of the client'],
  ['fm=jxl', 'webp', { missing: ['jxl'] }, 'webp', '4.3.2: not JPEG'],
  ['auto=format', 'jxl avif', { formats: ['jxl', 'avif'] }, 'jxl', 'the operator allows it'],
  ['auto=format', 'avif webp', { formats: ['jxl', 'webp'] }, 'webp', 'and leaves AVIF out'],
  ['auto=format', 'jxl avif', { formats: ['jxl', 'avif'], missing: ['jxl'] }, 'avif', 'no encoder'],
])('%s, accepting %s, with %j: %s (%s)', (query, accepts, settings, expected) => {
  expect(chosen(JPEG, query, accepts, settings)).toBe(expected);
});

describe('the choice of a format (docs/spec/imgix.md 4.3)', () => {
  test.each([
    // source    query                        accepts result                why
    [JPEG, 'auto=format', BOTH, 'avif', 'the first choice'],
    [JPEG, 'auto=format', 'webp', 'webp', 'the second'],
    [JPEG, 'auto=format', '', 'jpeg', "the source's format"],
    [CLEAR, 'auto=format', '', 'png', "the source's format"],
    [CLEAR, 'auto=format&fm=jpg', '', 'jpeg', 'fm is the fallback'],
    [CLEAR, 'auto=format&fm=jpg', 'webp', 'webp', 'a modern format goes before fm'],
    ['300x200 tiff', 'auto=format', '', 'jpeg', 'JPEG for opaque sources of other kinds'],
    ['300x200 tiff alpha', 'auto=format', '', 'png', 'PNG for those with alpha'],
    [PNG, 'auto=compress', BOTH, 'jpeg', 'JPEG for opaque'],
    [CLEAR, 'auto=compress', BOTH, 'png', 'PNG with transparency'],
    [CLEAR, 'auto=compress&bg=fff', BOTH, 'jpeg', 'a background removes transparency'],
    [CLEAR, 'auto=compress,format', '', 'png palette-256', 'PNG8 with transparency'],
    [CLEAR, 'auto=compress,format&colorquant=16', '', 'png palette-16', '5.10'],
    [PNG, 'auto=compress,format', '', 'jpeg', 'JPEG for opaque'],
    [JPEG, 'auto=compress,format', BOTH, 'avif', 'compress leaves negotiation alone'],
    [
      JPEG,
      'auto=compress&fm=webp',
      BOTH,
      'jpeg',
      'docs/spec/imgix.md 9.1: compress wins for stills',
    ],
    [JPEG, 'auto=compress,format&fm=png', '', 'png', 'docs/spec/imgix.md 9.2: fm wins'],
    [MOVING, 'auto=compress&fm=webp', '', 'webp x4', 'docs/spec/imgix.md 9.30: fm for animations'],
    [MOVING, 'auto=compress', '', 'gif x4', 'an animation stays one'],
    [JPEG, 'fm=webp', '', 'webp', 'no negotiation without auto=format'],
    [PNG, 'fm=png8', '', 'png palette-256', 'palette'],
    [PNG, 'fm=png32', '', 'png lossless', 'true color'],
    [JPEG, 'fm=pjpg', '', 'jpeg', 'progressive'],
    [JPEG, 'fm=bmp', '', 'jpeg', '7.2: an unknown word is ignored'],
    [JPEG, 'fm=jxr', '', 'jpeg', '4.3.2: dropped'],
    [JPEG, 'fm=jxl', BOTH, 'jxl', 'a format that is named is written'],
    [JPEG, 'auto=format', 'jxl avif', 'avif', '4.3.3: the page knows no JPEG XL'],
    [JPEG, 'fm=auto', BOTH, 'avif', '4.3.2: what some clients send for auto=format'],
    [CLEAR, 'fm=auto&auto=compress', '', 'png palette-256', '4.3.2: beside other words of auto'],
    [MOVING, 'fm=mp4&auto=format', BOTH, 'mp4 x4', '4.3.7: before any negotiation'],
    [MOVING, 'fm=webm', '', 'webm x4', '4.3.7'],
    [MOVING, 'fm=mp4&frame=2', '', 'gif', '4.3.7: one frame is a still'],
    [JPEG, 'fm=mp4&auto=format', BOTH, 'avif', '4.3.7: a still is what it would be without'],
    [JPEG, 'fm=mp4', '', 'jpeg', '4.3.7: the same without negotiation'],
    [MOVING, 'auto=format', BOTH, 'webp x4', 'never AVIF for animations'],
    [MOVING, 'auto=format', '', 'gif x4', 'the fallback of animations'],
    [MOVING, 'auto=format&frame=2', BOTH, 'avif', 'one frame is a still'],
    [MOVING, 'fm=avif', '', 'gif x4', 'rather animated than AVIF'],
    [MOVING, 'fm=jpg', '', 'jpeg', 'a still when a still was named'],
    ['300x200 svg alpha', 'w=100', '', 'png', 'vectors are rasterised'],
    ['300x200 tiff', 'w=100', '', 'jpeg', 'JPEG where the source cannot be written'],
    [JPEG, 'fm=webp&lossless=1', '', 'webp lossless', '4.12'],
    [JPEG, 'fm=webp&lossless=maybe', '', 'webp', '4.12 (documented): invalid is false'],
    ['300x200 webp', 'lossless=1', '', 'webp lossless', '4.12: also by the source'],
    [JPEG, 'auto=format&lossless=1', BOTH, 'avif', '4.12: AVIF has no lossless mode'],
  ])('%s, %s, accepting "%s": %s (%s)', (source, query, accepts, result) => {
    expect(chosen(source, query, accepts)).toBe(result);
  });
});

describe('the encoding', () => {
  const compressed = { kind: 'target', score: 61 };

  test.each<[string, unknown, string]>([
    ['w=9', { kind: 'quality', jpeg: 75 }, '4.2: the default'],
    ['q=30', { kind: 'quality', jpeg: 30 }, '4.2'],
    ['q=250', { kind: 'quality', jpeg: 100 }, '4.2: clamped'],
    ['q=0', { kind: 'quality', jpeg: 1 }, '4.2: encoders start at 1'],
    ['q=high', { kind: 'quality', jpeg: 75 }, '4.2: not a number'],
    ['auto=compress', compressed, '4.2: what looks like 45'],
    ['auto=compress&w=9&dpr=3', compressed, 'a target is given at density 1'],
    ['auto=compress&q=60', { kind: 'quality', jpeg: 60 }, '4.1: an explicit q wins'],
  ])('%s asks for %j (%s)', (query, quality) => {
    expect(output(query).quality).toEqual(quality);
  });

  test.each([
    ['w=9', 'keep', 'the profile is kept'],
    ['auto=compress', 'srgb', 'converted, then dropped'],
    ['auto=compress&cs=origin', 'keep', 'an explicit cs wins'],
    ['cs=srgb', 'tagged-srgb', 'converted and embedded'],
    ['cs=adobergb1998', 'adobe-rgb', 'converted and tagged'],
    ['cs=tinysrgb', 'srgb', 'the smallest profile is none'],
    ['cs=strip', 'strip', 'values untouched'],
    ['cs=nonsense', 'keep', 'unknown is origin'],
  ])('%s has the profile rule %s (%s)', (query, profile) => {
    expect(output(query).profile).toBe(profile);
  });

  test.each([
    ['w=9', { kind: 'free', chroma: 'free' }, 'source'],
    ['jpg-progressive=false', { kind: 'baseline', chroma: 'free' }, 'render'],
    ['jpeg-progressive=true', { kind: 'progressive', chroma: 'free' }, 'render'],
    ['fm=pjpg&jpg-progressive=false', { kind: 'progressive', chroma: 'free' }, 'render'],
    ['chromasub=444', { kind: 'free', chroma: '4:4:4' }, 'render'],
    ['chromasub=422', { kind: 'free', chroma: '4:4:4' }, 'render'],
    ['chromasub=411', { kind: 'free', chroma: 'free' }, 'source'],
  ])('%s: JPEG %j, and a larger result means %s', (query, jpeg, whenLarger) => {
    expect(output(query)).toMatchObject({ jpeg, whenLarger });
  });

  test('dpi, iptc, colorquant and density', () => {
    expect(output('dpi=300&iptc=allow&colorquant=64&w=9&dpr=2')).toMatchObject({
      dpi: 300,
      metadata: 'iptc',
      colors: 64,
      density: 2,
    });
    expect(output('dpi=0&iptc=block&dpr=2')).toMatchObject({ metadata: 'none', density: 1 });
  });
});

describe('data outputs', () => {
  test.each<[string, unknown, string]>([
    ['fm=json&auto=format&w=50', { kind: 'facts', form: 'imgix' }, 'describes the source'],
    ['fm=blurhash', { kind: 'blurhash', x: 4, y: 3 }, '5.9'],
    ['palette=css', { kind: 'palette', form: 'css', colors: 6, prefix: 'image' }, '5.9: defaults'],
    [
      'palette=css&colors=99&prefix=a%7D%3C%2Fstyle%3E',
      { kind: 'palette', form: 'css', colors: 16, prefix: 'image' },
      'a prefix is an identifier and nothing else',
    ],
    [
      'palette=json&prefix=x&fm=json',
      { kind: 'palette', form: 'json', colors: 6, prefix: 'image' },
      '5.9: prefix is for CSS only',
    ],
  ])('%s gives %j (%s)', (query, expected) => {
    expect(compile(query).plan.output).toEqual(expected);
    expect(compile(query).response.vary).toEqual([]);
  });

  test('a description is of the source, a palette of the rendered picture', () => {
    expect(compile('fm=json&w=50').plan.ops).toEqual([]);
    expect(compile('palette=css&w=50').plan.ops.map(({ kind }) => kind)).toContain('resize');
  });
});
