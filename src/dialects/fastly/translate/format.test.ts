import { describe, expect, test } from 'vitest';
import type { Output } from '../../../plan/output.ts';
import type { FormatSettings } from '../../negotiation.ts';
import { fastly } from '../index.ts';

type Picture = Extract<Output, { kind: 'picture' }>;

function compile(
  query: string,
  defaults: Record<string, string> = {},
  settings: FormatSettings = {},
) {
  const request = {
    method: 'GET',
    target: `/a.jpg?${query}`,
    headers: {},
    accepts: new Set<never>(),
    now: 0,
    upload: false,
  } as const;
  return fastly.compile(request, { name: 'shop', origin: 'folder', defaults, ...settings });
}

function picture(
  query: string,
  defaults?: Record<string, string>,
  settings?: FormatSettings & { readonly signer?: string },
): Picture {
  return compile(query, defaults, settings).plan.output as Picture;
}

/** `webp! if accepts webp still`: rules in a few letters. */
function rules(
  query: string,
  defaults?: Record<string, string>,
  settings?: FormatSettings,
): string[] {
  const { formats } = picture(query, defaults, settings);
  return formats.map(({ when = {}, format, lossless, untargeted, palette, final }) => {
    const conditions = [
      ...(when.accepts ? [`accepts ${when.accepts}`] : []),
      ...(when.animated === undefined ? [] : [when.animated ? 'moving' : 'still']),
      ...(when.source ? [`from ${when.source.join('/')}`] : []),
      ...(when.sourceLossless === undefined ? [] : [when.sourceLossless ? 'exact' : 'lossy']),
      ...(when.alpha === undefined ? [] : [when.alpha ? 'clear' : 'opaque']),
    ];
    const name = `${format}${palette ?? ''}${lossless ? '!' : ''}${untargeted ? '~' : ''}${final ? '.' : ''}`;
    return conditions.length > 0 ? `${name} if ${conditions.join(' ')}` : name;
  });
}

/** A source that offers all there is. */
const EVERY: FormatSettings = { formats: ['jxl', 'avif', 'webp'] };

describe('the choice of format', () => {
  const kept = [
    'png if from png',
    'webp! if from webp exact',
    'webp if from webp lossy',
    'source if from jpeg/gif/avif',
    'png! if from svg/tiff/pdf/psd clear',
    'jpeg if from svg/tiff/pdf/psd opaque',
    'jpeg if from jxl/heic',
  ];
  const keptLossy = kept.flatMap((rule) =>
    rule.startsWith('webp!') ? [] : [rule.replace(' lossy', '')],
  );
  const displayable = [
    'webp if accepts webp moving from webp',
    'gif if from gif',
    'png if from png',
    'jpeg if from jpeg/webp/avif',
    ...kept.slice(4),
  ];
  const modern = ['avif if accepts avif still', 'webp if accepts webp still'];

  test.each<[FormatSettings, readonly string[], string]>([
    [{}, modern, 'the operator says nothing: JPEG XL is off (docs/spec/http.md 3.2)'],
    [{ ...EVERY, missing: ['jxl'] }, modern, 'no encoder'],
    [EVERY, ['jxl if accepts jxl still', ...modern], 'all'],
    [{ formats: ['avif', 'webp'] }, modern, 'the operator leaves it out'],
    [{ formats: ['webp'] }, modern.slice(1), 'and AVIF'],
    [{ formats: [] }, [], 'and all'],
  ])('%j: format=auto offers %j (%s)', (settings, offers) => {
    expect(rules('format=auto', {}, settings)).toEqual([
      ...offers,
      ...displayable.slice(offers.length === 0 ? 1 : 0),
    ]);
  });

  test.each(['format=jxl', 'format=jpegxl', 'format=pjpegxl'])(
    '%s is the best that the client accepts where there is no encoder',
    (query) => {
      const missing = { missing: ['jxl'] } as const;
      expect(rules(query, {}, missing)).toEqual([...modern, ...displayable]);
      expect(compile(query, {}, missing).response.vary).toEqual(['accept']);
    },
  );

  test.each<[string, readonly string[], string]>([
    ['', kept, 'format is unchanged'],
    ['format=bmp', kept, 'unknown: the source format'],
    ['format=mp4', ['mp4 if moving', ...kept], 'of an animation; a still keeps its format'],
    ['format=jpg', ['jpeg'], 'an explicit format'],
    ['format=png', ['png'], 'PNG has no quality'],
    ['format=png&optimize=high', ['png~'], 'optimize is for other formats'],
    ['format=gif&optimize=high', ['gif!'], 'optimize is for other formats'],
    ['format=png&quality=10', ['png'], 'PNG has no quality'],
    ['format=png8', ['png256'], 'palette PNG'],
    ['format=avif', ['avif', ...kept], 'and what the area limit leaves'],
    [
      'format=webp',
      ['gif if moving from gif', 'webp! if exact', 'webp if lossy'],
      'lossless from lossless; animated GIF stays',
    ],
    ['format=webp&quality=80', ['gif if moving from gif', 'webp'], 'a quality below 100 is lossy'],
    [
      'format=webp&quality=100',
      ['gif if moving from gif', 'webp! if exact', 'webp if lossy'],
      'quality=100 is not',
    ],
    ['format=webp&bg-color=fff', ['gif if moving from gif', 'webp'], 'bg-color turns it lossy'],
    ['format=webp&optimize=low', ['gif! if moving from gif', 'webp'], 'optimize turns it lossy'],
    ['format=webpll', ['gif if moving from gif', 'webp!'], 'lossless'],
    ['format=webply', ['gif if moving from gif', 'webp'], 'lossy'],
    ['format=webp&bw=threshold', ['gif if moving from gif', 'webp!'], 'bw is kept exactly'],
    [
      'auto=webp',
      ['webp!. if accepts webp still exact', 'webp. if accepts webp still lossy', ...kept],
      'lossless if the image would be',
    ],
    [
      'auto=webp&quality=75',
      ['webp. if accepts webp still', ...keptLossy],
      'a quality below 100 is lossy',
    ],
    [
      'auto=webp&quality=85,100',
      ['webp!. if accepts webp still exact', 'webp. if accepts webp still lossy', ...keptLossy],
      'the second number is for WebP by auto',
    ],
    [
      'auto=avif',
      ['avif. if accepts avif still', ...kept],
      'AVIF is lossy, and does not fall to WebP',
    ],
    [
      'auto=webp&format=pjpg',
      ['webp. if accepts webp still', 'jpeg'],
      'lossy if it would be lossy',
    ],
    [
      'auto=webp&format=png',
      ['webp!. if accepts webp still', 'png'],
      'lossless if it would be PNG',
    ],
    ['auto=compress', kept, 'unknown tokens are ignored'],
    [
      'format=auto',
      ['jxl if accepts jxl still', ...modern, ...displayable],
      '9.1: JPEG XL, AVIF, WebP, then what every client shows',
    ],
    ['format=jxl', ['jxl'], 'a format that is written'],
    ['format=pjpegxl', ['jxl'], 'its progressive form'],
    ['format=jpegxl&quality=100', ['jxl!'], '9.5: lossless exists for JPEG XL'],
    [
      'format=auto&quality=100',
      [
        'jxl!. if accepts jxl still',
        'webp!. if accepts webp still',
        'webp!. if accepts webp moving from webp',
        'gif if from gif',
        'png! if from png',
        ...displayable.slice(3),
      ],
      'lossy unless quality=100, and AVIF always is',
    ],
    [
      'format=auto&bw=atkinson',
      [
        'jxl!. if accepts jxl still',
        'webp!. if accepts webp still',
        'webp!. if accepts webp moving from webp',
        'gif if from gif',
        'png!',
      ],
      'bw with format=auto is lossless',
    ],
  ])('%s: %j (%s)', (query, expected) => {
    expect(rules(query, {}, EVERY)).toEqual(expected);
  });

  test('the setting webp comes behind auto=avif', () => {
    expect(rules('auto=avif', { webp: 'true' }).slice(0, 3)).toEqual([
      'avif. if accepts avif still',
      'webp!. if accepts webp still exact',
      'webp. if accepts webp still lossy',
    ]);
  });

  test.each<[string, readonly string[], string]>([
    ['auto=webp', ['accept'], 'Accept may change the answer, also when it does not'],
    ['format=auto', ['accept'], 'negotiated'],
    ['format=pjpegxl', [], 'the same'],
    ['format=webp', [], 'an explicit format does not look at Accept'],
    ['', [], 'format is unchanged'],
    ['auto=compress', [], 'an unknown token negotiates nothing'],
  ])('%s varies by %j (%s)', (query, vary) => {
    expect(compile(query).response.vary).toEqual(vary);
  });

  test.each<[string, string, string]>([
    ['', 'like-source', 'jpeg_type auto'],
    ['format=jpg', 'like-source', 'jpeg_type auto'],
    ['format=pjpeg', 'progressive', 'progressive JPEG'],
    ['format=bjpg', 'baseline', 'baseline JPEG'],
  ])('%s writes a %s JPEG (%s)', (query, kind) => {
    expect(picture(query).jpeg.kind).toBe(kind);
  });
});

describe('an MP4', () => {
  test.each<[string, unknown, string]>([
    ['format=mp4', { profile: 'baseline', level: '3.0' }, 'the defaults'],
    ['format=mp4&profile=main&level=5.2', { profile: 'main', level: '5.2' }, 'level page'],
    ['format=mp4&profile=main', { profile: 'baseline', level: '3.0' }, 'level is missing'],
    ['format=mp4&level=5.2', { profile: 'baseline', level: '3.0' }, 'profile is missing'],
    ['profile=main&level=5.2', undefined, 'no MP4'],
  ])('%s has %j (%s)', (query, h264) => {
    expect(picture(query).h264).toEqual(h264);
  });
});

describe('quality', () => {
  test.each<[string, unknown, string]>([
    ['', { kind: 'quality', jpeg: 85 }, 'default 85 for JPEG and WebP'],
    ['format=avif', { kind: 'quality', jpeg: 85 }, 'mapped from 85'],
    ['quality=40', { kind: 'quality', jpeg: 40 }, 'one number, one look'],
    [
      'auto=webp&quality=85,75',
      { kind: 'quality', jpeg: 85, own: { webp: 75 } },
      'the second is for WebP',
    ],
    ['quality=85,75', { kind: 'quality', jpeg: 85 }, 'only with auto=webp'],
    ['quality=120', { kind: 'quality', jpeg: 85 }, 'out of range: the default'],
    ['optimize=low', { kind: 'target', score: 85 }, 'similar to the input'],
    ['optimize=medium', { kind: 'target', score: 75 }, 'preserve the visual quality'],
    ['optimize=high', { kind: 'target', score: 60 }, 'minor visual artifacts may be visible'],
    [
      'optimize=high&dpr=2',
      { kind: 'target', score: 60 },
      'the density of the output lowers it later',
    ],
    ['optimize=high&quality=90', { kind: 'quality', jpeg: 90 }, 'quality overrides optimize'],
  ])('%s asks for %j (%s)', (query, ask) => {
    expect(picture(query).quality).toEqual(ask);
  });

  test('the density of the request travels with the output', () => {
    expect(picture('width=9&dpr=2').density).toBe(2);
    expect(picture('width=9').density).toBe(1);
  });

  test.each(['', 'quality=95', 'optimize=low', 'quality=95&width=600', 'blur=2'])(
    '%s: a source whose pixels stay bounds the result',
    (query) => {
      expect(picture(query).whenLarger).toBe('source-as-is');
    },
  );

  test.each(['format=jpg', 'metadata=copyright&quality=95'])(
    '%s: the source bounds it where it is what was asked for',
    (query) => {
      expect(picture(query).whenLarger).toBe('source');
    },
  );

  test('metadata=copyright keeps the rights fields', () => {
    expect(picture('metadata=copyright').metadata).toBe('copyright');
    expect(picture('metadata=c2pa,copyright').metadata).toBe('copyright');
    expect(picture('').metadata).toBe('none');
  });

  test('metadata=c2pa keeps manifests where there is somebody to sign, as a part of the plan', () => {
    expect(picture('metadata=c2pa').c2pa).toBeUndefined();
    expect(picture('metadata=c2pa', undefined, { signer: 'abc' })).toMatchObject({
      c2pa: 'abc',
      metadata: 'none',
    });
    const both = picture('metadata=copyright,c2pa', undefined, { signer: 'abc' });
    expect(both).toMatchObject({ c2pa: 'abc', metadata: 'copyright' });
    expect(picture('metadata=copyright', undefined, { signer: 'abc' }).c2pa).toBeUndefined();
  });
});
