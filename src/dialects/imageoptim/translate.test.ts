import { describe, expect, test } from 'vitest';
import type { FormatName } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { negotiateFormat } from '../../plan/negotiate.ts';
import type { Op } from '../../plan/op.ts';
import type { QualitySpec } from '../../plan/output.ts';
import { readOptions } from './read.ts';
import { translate } from './translate.ts';

type Method = 'GET' | 'HEAD' | 'POST';

const plan = (segment: string, method: Method = 'GET') =>
  translate(readOptions(segment).options, method).plan;

function picture(segment: string, method: Method = 'GET') {
  const { output } = plan(segment, method);
  if (output.kind !== 'picture') throw new Error(`expected a picture, got ${output.kind}`);
  return output;
}

const ORIENT: Op = { kind: 'orient', by: 'source' };
const TRIM: Op = { kind: 'trim', rule: { by: 'color', tolerance: 0 }, empty: 'keep' };
const box = {
  kind: 'resize',
  width: { px: 160 },
  height: { px: 100 },
  filter: 'lanczos3',
} as const;
const once = { ...box, density: 1 } as const;
const red = { red: 255, green: 0, blue: 0, alpha: 1 };

describe('the steps of a plan', () => {
  test.each<[string, Op[], string]>([
    ['full', [ORIENT], 'upright, nothing else'],
    ['full,2x', [ORIENT], 'a density alone changes no size'],
    ['160x100', [ORIENT, { ...once, fit: 'inside', enlarge: 'never' }], 'never enlarged'],
    ['160x100,2x', [ORIENT, { ...box, density: 2, fit: 'inside', enlarge: 'never' }], 'density'],
    [
      '160',
      [
        ORIENT,
        {
          kind: 'resize',
          width: { px: 160 },
          density: 1,
          filter: 'lanczos3',
          fit: 'inside',
          enlarge: 'never',
        },
      ],
      'the height follows',
    ],
    ['160x100,fit', [ORIENT, { ...once, fit: 'inside', enlarge: 'allowed' }], 'enlarged'],
    [
      '160x100,crop',
      [
        ORIENT,
        { ...once, fit: 'cover', enlarge: 'allowed', anchor: { kind: 'slack', x: 0.5, y: 0.5 } },
      ],
      'the centre',
    ],
    [
      '160x100,crop=top',
      [
        ORIENT,
        { ...once, fit: 'cover', enlarge: 'allowed', anchor: { kind: 'slack', x: 0.5, y: 0 } },
      ],
      'the top is kept, the other axis centred',
    ],
    [
      '160x100,crop=right',
      [
        ORIENT,
        { ...once, fit: 'cover', enlarge: 'allowed', anchor: { kind: 'slack', x: 1, y: 0.5 } },
      ],
      'the right side is kept',
    ],
    [
      '160x100,crop=0.333x0.2',
      [
        ORIENT,
        {
          ...once,
          fit: 'cover',
          enlarge: 'allowed',
          anchor: { kind: 'focus', x: 0.333, y: 0.2, zoom: 1 },
        },
      ],
      'centred on the point',
    ],
    [
      '160x100,crop=auto',
      [
        ORIENT,
        { ...once, fit: 'cover', enlarge: 'allowed', anchor: { kind: 'search', by: 'saliency' } },
      ],
      'where the content is',
    ],
    [
      '160x100,pad,bgcolor=F00',
      [
        ORIENT,
        {
          ...once,
          fit: 'contain',
          enlarge: 'allowed',
          position: { x: 0.5, y: 0.5 },
          fill: { kind: 'color', color: red },
        },
      ],
      'padding in the color asked for',
    ],
    ['160x100,stretch', [ORIENT, { ...once, fit: 'stretch', enlarge: 'allowed' }], 'ratio ignored'],
    ['trim=border', [ORIENT, TRIM], 'exactly one color'],
    [
      '160x100,trim=border',
      [ORIENT, TRIM, { ...once, fit: 'inside', enlarge: 'never' }],
      'trim before resize, whatever the order of the words',
    ],
  ])('%s (%#)', (segment, ops) => {
    expect(plan(segment).ops).toEqual(ops);
  });

  test('a plan is frozen at every depth', () => {
    const { ops } = plan('160x100,crop');
    expect(Object.isFrozen(ops[1])).toBe(true);
  });
});

describe('the quality of a plan', () => {
  test.each<[string, QualitySpec, string]>([
    ['full', { kind: 'target', score: 68 }, 'medium is the default'],
    ['quality=low', { kind: 'target', score: 50 }, 'artefacts will be noticeable'],
    ['quality=high', { kind: 'target', score: 85 }, 'no visible artefacts'],
    ['quality=high,2x', { kind: 'target', score: 85 }, 'scores are those of density 1'],
    ['quality=lossless', { kind: 'lossless' }, 'every pixel'],
    ['trim,quality=lossless', { kind: 'lossless' }, 'trim resamples nothing'],
    ['9,quality=lossless', { kind: 'lossless', resized: 85 }, 'high where it is resized'],
  ])('%s asks for %j (%s)', (segment, quality) => {
    expect(picture(segment).quality).toEqual(quality);
  });

  test('the density steers the quality, with a size and without', () => {
    expect([picture('full,2x').density, picture('9,3x').density]).toEqual([2, 3]);
  });

  test('lossless beside a size is remarked on', () => {
    const { diagnostics } = translate(readOptions('9,quality=lossless').options, 'GET');
    expect(diagnostics.map((d) => d.message).join()).toMatch(/not resized/);
  });

  test('alpha is flattened on bgcolor', () => {
    expect(picture('format=jpeg,bgcolor=F00').background).toEqual(red);
  });

  test('only lossless keeps a color profile', () => {
    expect([picture('full').profile, picture('quality=lossless').profile]).toEqual([
      'srgb',
      'keep',
    ]);
  });
});

interface Shot {
  readonly source: FormatName;
  readonly alpha?: boolean;
  readonly animated?: boolean;
  readonly lossless?: boolean;
}

/** The format for a source, as the rules give it; alternatives in brackets. */
function choice(segment: string, method: Method, shot: Shot, accepts: readonly FormatName[]) {
  const { source, alpha = false, animated = false } = shot;
  const lossless = shot.lossless ?? (source === 'png' || source === 'gif');
  const info = { format: source, lossless, alpha } as SourceInfo;
  const size = { width: 400, height: 300 };
  const frames = plan(segment, method).frames.kind === 'all';
  const { chosen, alternatives } = negotiateFormat(picture(segment, method), {
    info,
    accepts: new Set(accepts),
    size,
    animated: animated && frames,
    alpha,
    untouched: false,
  });
  return [chosen, ...alternatives]
    .map(
      ({ format, lossless: keep, palette }) =>
        `${format}${keep ? ' lossless' : ''}${palette === undefined ? '' : ` ${palette}`}`,
    )
    .join(', ');
}

describe('the format of a plan', () => {
  const both: FormatName[] = ['avif', 'webp'];
  const jpeg: Shot = { source: 'jpeg' };
  const png: Shot = { source: 'png' };
  const clear: Shot = { source: 'png', alpha: true };
  const anim: Shot = { source: 'gif', animated: true };

  test.each<[Method, string, Shot, FormatName[], string, string]>([
    ['GET', 'full', jpeg, [], 'jpeg', 'JPEG stays JPEG'],
    ['HEAD', 'full', jpeg, both, 'avif, webp, jpeg', 'HEAD is GET'],
    ['GET', 'full', jpeg, both, 'avif, webp, jpeg', 'negotiated'],
    ['GET', 'full', jpeg, ['webp'], 'webp, jpeg', 'negotiated'],
    ['GET', 'full', png, [], 'png 256', 'PNG stays PNG, opaque or not'],
    ['GET', 'full', clear, both, 'avif, webp, png 256', 'no JPEG for a clear picture'],
    ['GET', 'quality=low', png, [], 'png 128', 'fewer colors for low'],
    ['GET', 'quality=high', png, [], 'png lossless', 'true color for high'],
    ['GET', 'full', { source: 'webp' }, [], 'jpeg', 'lossy and opaque'],
    ['GET', 'full', { source: 'webp', alpha: true }, [], 'png 256', 'lossy and clear'],
    ['GET', 'full', { source: 'webp', lossless: true }, [], 'png 256', 'lossless'],
    ['GET', 'full', { source: 'avif' }, ['webp'], 'webp, jpeg', 'a client without AVIF'],
    ['GET', 'full', { source: 'svg', alpha: true }, [], 'png 256', 'rasterised'],
    ['GET', 'full', { source: 'gif' }, [], 'png 256', 'a still GIF'],
    ['GET', 'full', anim, [], 'gif', 'animations stay animations'],
    ['GET', 'full', anim, both, 'webp, gif', 'animated WebP, never animated AVIF'],
    ['GET', 'format=png', jpeg, both, 'png 256', 'a named format ignores Accept'],
    ['GET', 'format=jpeg', clear, both, 'jpeg', 'a named format ignores Accept'],
    ['GET', 'format=png', anim, [], 'png 256', 'the first frame'],
    ['GET', 'format=same', jpeg, both, 'jpeg', 'the family of the source'],
    ['GET', 'format=same', { source: 'avif' }, [], 'avif', 'the family of the source'],
    ['GET', 'quality=lossless', jpeg, both, 'jpeg', 'a JPEG is only repacked'],
    ['GET', 'quality=lossless', png, both, 'webp lossless, png lossless', 'AVIF cannot'],
    ['GET', 'quality=lossless', png, [], 'png lossless', 'true color'],
    ['GET', '90,quality=lossless', png, [], 'png lossless', 'true color also when resized'],
    ['POST', 'full', jpeg, both, 'jpeg', 'POST never negotiates'],
    ['POST', 'full', png, both, 'png 256', 'POST keeps the family'],
    ['POST', 'full', { source: 'webp' }, [], 'webp', 'POST keeps the family'],
    ['POST', 'full', { source: 'avif' }, [], 'avif', 'POST keeps the family'],
    ['POST', 'full', { source: 'gif' }, both, 'gif', 'POST keeps the family'],
    ['POST', 'full', anim, both, 'gif', 'POST keeps the family'],
    ['POST', 'full', { source: 'webp', animated: true }, [], 'webp', 'POST keeps the family'],
    ['POST', 'full', { source: 'tiff', lossless: true }, [], 'png 256', 'no family to keep'],
    ['POST', 'format=jpeg', png, [], 'jpeg', 'a named format'],
    ['POST', 'quality=lossless', { source: 'webp' }, [], 'webp lossless', 'lossless in the family'],
  ])('%s %s of %j for %j is %s (%s)', (method, segment, shot, accepts, result) => {
    expect(choice(segment, method, shot, accepts)).toBe(result);
  });

  test.each([
    ['webm', 'webm'],
    ['h264', 'mp4'],
  ])('format=%s makes %s of an animation, and refuses a still', (format, video) => {
    const { output } = plan(`format=${format}`);
    expect(output).toMatchObject({
      onlyAnimations: true,
      formats: [
        { when: { animated: true }, format: video },
        { when: { animated: true }, format: 'source' },
      ],
    });
  });

  test.each<[string, Method, boolean]>([
    ['full', 'GET', true],
    ['full', 'HEAD', true],
    ['full', 'POST', false],
    ['format=jpeg', 'GET', false],
    ['meta', 'GET', false],
  ])('%s by %s is negotiated: %s', (segment, method, negotiated) => {
    expect(translate(readOptions(segment).options, method).negotiated).toBe(negotiated);
  });

  test('meta describes the picture that the other options would give', () => {
    expect(plan('meta,160x100')).toEqual({
      frames: { kind: 'all' },
      ops: [ORIENT, { ...once, fit: 'inside', enlarge: 'never' }],
      output: { kind: 'facts', form: 'imageoptim' },
    });
  });
});
