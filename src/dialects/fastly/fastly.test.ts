import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../base/fault.ts';
import type { FormatName } from '../../image/format.ts';
import type { Op } from '../../plan/op.ts';
import type { Output } from '../../plan/output.ts';
import type { ImageRequest } from '../dialect.ts';
import { fastly } from './index.ts';
import { PARAMS } from './params.ts';

type Picture = Extract<Output, { kind: 'picture' }>;

function request(target: string, accepts: readonly FormatName[] = []): ImageRequest {
  return {
    method: 'GET',
    target,
    headers: {},
    accepts: new Set(accepts),
    now: 0,
    upload: false,
  };
}

function compile(query: string, defaults: Record<string, string> = {}) {
  const settings = { name: 'shop', origin: 'folder', defaults } as const;
  return fastly.compile(request(`/a.jpg?${query}`), settings);
}

/** The ops that a query adds to those that every plan has. */
function ops(query: string, defaults?: Record<string, string>): Op[] {
  const all = compile(query, defaults).plan.ops;
  return all.filter((op) => op.kind !== 'limit' && !(op.kind === 'orient' && op.by === 'source'));
}

function picture(query: string, defaults?: Record<string, string>): Picture {
  return compile(query, defaults).plan.output as Picture;
}

const warnings = (query: string) => compile(query).diagnostics.map(({ message }) => message);
const centred = { x: { kind: 'slack', share: 0.5 }, y: { kind: 'slack', share: 0.5 } } as const;
const resize = { kind: 'resize', enlarge: 'never', filter: 'lanczos3' } as const;

describe('a source with aliases', () => {
  const aliases = { w: 'width', h: 'height', q: 'quality', fm: 'format' };
  const settings = { name: 'shop', origin: 'folder', aliases } as const;
  const read = (query: string) => fastly.compile(request(`/a.jpg?${query}`), settings);

  test.each([
    ['w=620&h=400', 'width=620&height=400', 'sizes'],
    ['fm=webp&q=40', 'format=webp&quality=40', 'format and quality'],
    ['w=90&w=620', 'width=620', 'the last of equals'],
    ['w=620&width=90', 'width=90', 'the own name, whichever comes first'],
    ['width=90&w=620', 'width=90', 'the own name'],
    ['width=&w=620', 'width=620', 'an empty value is as good as none'],
    ['w=abc', 'width=abc', 'a value that cannot be used'],
    ['%77=620', 'width=620', 'an escaped name'],
    ['W=620', 'W=620', 'names are case-sensitive'],
  ])('reads ?%s as ?%s (%s)', (query, meant) => {
    const { plan, diagnostics } = read(query);
    expect({ plan, diagnostics }).toEqual({
      plan: compile(meant).plan,
      diagnostics: compile(meant).diagnostics,
    });
  });

  test('has no part of them in the query for the origin', () => {
    const defaults = { origin_query: 'unknown' };
    const { source } = fastly.compile(request('/a.jpg?w=9&v=2'), { ...settings, defaults });
    expect(source).toEqual({ kind: 'path', path: 'a.jpg', query: 'v=2' });
  });

  test('is the exception: without them such names say nothing', () => {
    expect(compile('w=620&fm=webp').plan).toEqual(compile('').plan);
  });

  test.each(['constructor=9', '__proto__=9', 'toString=width'])('?%s is no alias', (query) => {
    expect(read(query).plan).toEqual(compile('').plan);
  });
});

test('an SVG source passes, unless its source says otherwise', () => {
  const settings = { name: 'shop', origin: 'folder' } as const;
  const planOf = (svg?: 'pass' | 'rasterise') =>
    fastly.compile(request('/a.svg?width=9&format=png'), { ...settings, ...(svg ? { svg } : {}) });
  expect(planOf().svgPlan?.output).toEqual({ kind: 'source', sanitize: true });
  expect(planOf('pass').svgPlan).toEqual(planOf().svgPlan);
  expect(planOf('rasterise').svgPlan).toBeUndefined();
});

describe('the steps of a plan', () => {
  test.each<[string, readonly unknown[], string]>([
    // query          steps     rule of the documentation
    ['', [], 'no parameters: dimensions are kept'],
    ['width=640', [{ ...resize, width: { px: 640 }, fit: 'inside' }], 'height is proportional'],
    ['height=50p', [{ ...resize, height: { share: 0.5 }, fit: 'inside' }], 'p means percent'],
    [
      'width=200&height=0.50',
      [{ ...resize, width: { px: 200 }, height: { share: 0.5 }, fit: 'stretch' }],
      'both sides are forced',
    ],
    [
      'width=150&height=150&fit=bounds',
      [{ ...resize, width: { px: 150 }, height: { px: 150 }, fit: 'inside' }],
      'fit=bounds: inside the box',
    ],
    [
      'width=150&height=150&fit=cover',
      [{ ...resize, width: { px: 150 }, height: { px: 150 }, fit: 'outside' }],
      'fit=cover: nothing is cut',
    ],
    [
      'width=150&height=150&fit=crop',
      [{ ...resize, width: { px: 150 }, height: { px: 150 }, fit: 'cover' }],
      'fit=crop: exactly the box',
    ],
    [
      'width=640&fit=crop',
      [{ ...resize, width: { px: 640 }, fit: 'inside' }],
      'fit does nothing unless both sides are present',
    ],
    [
      'width=200&dpr=1.5',
      [{ ...resize, width: { px: 200 }, density: 1.5, fit: 'inside' }],
      'dpr multiplies the requested size',
    ],
    ['dpr=2', [], 'dpr alone cannot enlarge'],
    [
      'dpr=2&enable=upscale',
      [{ ...resize, enlarge: 'allowed', width: { share: 1 }, density: 2, fit: 'inside' }],
      'dpr alone scales by dpr',
    ],
    [
      'width=900&enable=upscale&disable=upscale',
      [{ ...resize, width: { px: 900 }, fit: 'inside' }],
      'disable wins',
    ],
    [
      'width=80&resize-filter=linear',
      [{ ...resize, width: { px: 80 }, fit: 'inside', filter: 'bilinear' }],
      'linear is an alias',
    ],
    [
      'crop=4:3',
      [{ kind: 'crop', area: { kind: 'ratio', ratio: 4 / 3 }, ...centred, outside: 'fault' }],
      'the largest rectangle, centred',
    ],
    [
      'crop=1:1,smart',
      [
        {
          kind: 'crop',
          area: { kind: 'ratio', ratio: 1 },
          ...centred,
          outside: 'fault',
          search: 'saliency',
        },
      ],
      'smart aims at salient content',
    ],
    [
      'crop=600,600,x1700,y0,safe',
      [
        {
          kind: 'crop',
          area: { kind: 'size', width: { px: 600 }, height: { px: 600 } },
          x: { kind: 'at', length: { px: 1700 } },
          y: { kind: 'at', length: { px: 0 } },
          outside: 'intersect',
        },
      ],
      'safe: the intersection',
    ],
    [
      'trim=25,50',
      [
        {
          kind: 'inset',
          top: { px: 25 },
          right: { px: 50 },
          bottom: { px: 25 },
          left: { px: 50 },
        },
      ],
      'CSS shorthand',
    ],
    [
      'trim-color=fff,t0.3',
      [
        {
          kind: 'trim',
          rule: {
            by: 'color',
            color: { red: 255, green: 255, blue: 255, alpha: 1 },
            tolerance: 0.3,
          },
          empty: 'fault',
          notFor: ['gif'],
        },
      ],
      'not for GIF; nothing left is an error',
    ],
    ['orient=vr', [{ kind: 'orient', by: 5 }], 'numbers equal EXIF orientation numbers'],
    [
      'brightness=100',
      [{ kind: 'tone', steps: [{ kind: 'linear', gain: 0, offset: 255 }] }],
      '100 is all white',
    ],
    [
      'brightness=-100',
      [{ kind: 'tone', steps: [{ kind: 'linear', gain: 0, offset: 0 }] }],
      '-100 is all black',
    ],
    [
      'contrast=-100',
      [{ kind: 'tone', steps: [{ kind: 'linear', gain: 0, offset: 128 }] }],
      '-100 is all grey',
    ],
    [
      'saturation=-100',
      [{ kind: 'tone', steps: [{ kind: 'saturation', factor: 0 }] }],
      '-100 is greyscale',
    ],
    [
      'sharpen=a5,r2,t1',
      [{ kind: 'sharpen', sigma: 1, amount: 5, threshold: 1, channel: 'rgb' }],
      'an unsharp mask',
    ],
    ['blur=4p', [{ kind: 'blur', sigma: { share: 0.04 } }], 'percent of the dimensions'],
    [
      'bw=threshold',
      [{ kind: 'bilevel', method: 'threshold', level: 0.49 }],
      'default luminance 49',
    ],
  ])('%s gives %j (%s)', (query, expected) => {
    expect(ops(query)).toEqual(expected);
  });

  test('stand in the order of the service, whatever the order in the URL', () => {
    const query =
      'bw=atkinson&blur=2&sharpen=a1,r1,t1&saturation=5&pad=5&bg-color=fff&width=200' +
      '&orient=r&crop=1:1&trim=5&precrop=4:3&trim-color=auto';
    expect(compile(query).plan.ops.map(({ kind }) => kind)).toEqual([
      'orient',
      'trim',
      'crop',
      'inset',
      'crop',
      'orient',
      'resize',
      'limit',
      'pad',
      'background',
      'tone',
      'sharpen',
      'blur',
      'bilevel',
    ]);
  });

  test.each<[string, unknown, string]>([
    ['pad=10', { kind: 'clear-with-alpha' }, 'transparent if the source has transparency'],
    [
      'pad=10&bg-color=0f0',
      { kind: 'color', color: { green: 255, alpha: 1 } },
      'bg-color overrides',
    ],
    [
      'pad=10&bg-color=0,255,0,0.5',
      { kind: 'color', color: { alpha: 0 } },
      'the background step brings the color, once',
    ],
    [
      'canvas=4:3',
      { kind: 'color', color: { alpha: 0 } },
      'transparent where the output format can',
    ],
    ['canvas=4:3&bg-color=f00', { kind: 'color', color: { red: 255, alpha: 1 } }, 'or bg-color'],
    ['canvas=4:3&pad=30', { kind: 'color', color: { alpha: 0 } }, 'pad is ignored beside canvas'],
  ])('%s fills with %j (%s)', (query, fill) => {
    const spaces = ops(query).filter(({ kind }) => kind === 'pad' || kind === 'canvas');
    expect(spaces).toMatchObject([{ fill }]);
  });

  test('frame=1 reads the first frame alone', () => {
    expect(compile('frame=1').plan.frames).toEqual({ kind: 'one', index: 0 });
    expect(compile('').plan.frames).toEqual({ kind: 'all' });
  });
});

describe('equal spellings', () => {
  test.each<[string, string, string]>([
    ['width=50p', 'width=0.5', 'percent and fraction'],
    ['width=341.3333', 'width=341', 'rounded pixels'],
    ['crop=4:3', 'crop=4.000000%3A3.000000', 'encoded, with decimals'],
    ['crop=100,100,x0', 'crop=100,100,x0p', 'nothing in any unit'],
    ['crop=1:1,smart,safe', 'crop=1:1,safe,smart', 'flags in any order'],
    ['pad=10', 'pad=10,10,10,10', 'shorthand'],
    ['pad=0', '', 'no space'],
    ['trim=0p', '', 'no trim'],
    ['format=pjpeg', 'format=pjpg', 'alias'],
    ['resize-filter=lanczos&width=9', 'width=9', 'alias of the default'],
    ['bg-color=FFF', 'bg-color=255,255,255,1.0', 'one color'],
    ['orient=hv', 'orient=3', 'letters and numbers'],
    ['orient=1', '', 'upright'],
    ['brightness=0&contrast=-0&saturation=0.0', '', 'no change'],
    ['sharpen=a0,r2,t1', '', 'no change'],
    ['bw=threshold', 'bw=threshold,49', 'the default'],
    ['format=jpg&quality=85', 'format=jpg', 'the default quality'],
    ['disable=upscale&width=9', 'width=9', 'the default'],
    ['dpr=1&width=9', 'width=9', 'the default'],
    ['width=&height=9', 'height=9', 'empty is absent'],
    ['width=5&width=9', 'width=9', 'the last one wins'],
    ['w%69dth=9', 'width=9', 'encoded names'],
    ['width=9&v=8&cb=3f2a&policy=x', 'width=9', 'unknown parameters are ignored'],
    ['region=us_east&width=9', 'width=9', 'region is accepted silently'],
  ])('%s means %s (%s)', (one, other) => {
    expect(compile(one).plan).toEqual(compile(other).plan);
    expect(compile(one).diagnostics).toEqual([]);
  });

  test.each([
    ['optimize=low&quality=70', 'quality=70', ['optimize'], 'quality overrides optimize'],
    ['fit=crop&width=9', 'width=9', ['fit'], 'fit is inert'],
    ['enable=upscale&disable=upscale', '', ['enable'], 'disable wins'],
    ['pad=9&canvas=50,50', 'canvas=50,50', ['pad'], 'canvas wins'],
    ['auto=webp&format=auto', 'format=auto', ['auto'], 'format=auto beats auto'],
    [
      'viewbox=1&profile=high&level=4.0',
      '',
      ['level', 'profile', 'viewbox'],
      'only with their own formats',
    ],
    [
      'format=mp4&level=4.0',
      'format=mp4',
      ['level'],
      'docs/spec/fastly-io.md 7.24: both or neither',
    ],
    ['format=mp4&profile=high', 'format=mp4', ['profile'], 'docs/spec/fastly-io.md 7.24'],
  ])('%s means %s and says that %j had no effect (%s)', (one, other, params) => {
    expect(compile(one).plan).toEqual(compile(other).plan);
    expect(compile(one).diagnostics.map(({ param }) => param)).toEqual(params);
  });

  test('names and words are case-sensitive', () => {
    expect(compile('Width=9').plan).toEqual(compile('').plan);
    expect(warnings('fit=CROP')).toHaveLength(1);
  });
});

describe('warnings', () => {
  test.each<[string, RegExp, string]>([
    ['width=abc', /^Parameter width: expected .*, got "abc"$/, 'not a number'],
    ['width=-20', /^Parameter width: /, 'negative'],
    ['width=0', /^Parameter width: /, 'zero'],
    ['dpr=0', /^Parameter dpr: /, 'dpr is 1 to 10'],
    ['dpr=11', /^Parameter dpr: /, 'dpr is 1 to 10'],
    ['quality=120', /^Parameter quality: /, 'quality is 1 to 100'],
    ['brightness=150', /^Parameter brightness: /, '-100 to 100'],
    ['enable=true', /^Parameter enable: /, 'only upscale'],
    ['crop=false', /^Parameter crop: /, 'sent by a real client'],
    ['crop=100,100,smart', /^Parameter crop: smart needs a ratio/, 'pixels do not work with it'],
    ['crop=1:1,smart,x30', /^Parameter crop: smart places the window/, 'one of both'],
    ['precrop=2:3,offset-y10,smart', /^Parameter precrop: smart places/, 'on either axis'],
    ['sharpen=a5', /^Parameter sharpen: /, 'all three required'],
    ['format=bmp', /^Parameter format: /, 'unknown value'],
    ['auto=compress', /^Parameter auto: /, 'unknown token'],
    ['metadata=c2pa', /^Parameter metadata: c2pa/, 'no signing keys'],
    ['width=9000', /^Parameter width: .*8192/, 'the largest output'],
    ['height=5000&dpr=2', /^Parameter height: .*8192/, 'dpr counts'],
    ['pad=9000', /^Parameter pad: /, 'space beyond the largest output'],
    ['width=%F0%9F%98%80', /got "\?+"$/, 'headers are ASCII'],
    [`width=${'9'.repeat(99)}`, /got "9{40}\.\.\."$/, 'an excerpt'],
  ])('%s warns %s (%s)', (query, message) => {
    expect(warnings(query)).toEqual([expect.stringMatching(message)]);
    expect(compile(query).diagnostics[0]?.param).toBe(query.split('=')[0]);
  });

  test.each(['v=8', 'disable=upscale', 'constructor=1', '__proto__=1', '%', '=', '&&', '%zz=1'])(
    '%s is silent',
    (query) => {
      expect(compile(query).diagnostics).toEqual([]);
    },
  );

  test('the headers of overlay and montage are ignored with a word', () => {
    const headers = { 'x-fastly-imageopto-overlay': 'overlay=/logo.png' };
    const settings = { name: 'shop', origin: 'folder' } as const;
    const { plan, diagnostics } = fastly.compile({ ...request('/a.jpg'), headers }, settings);
    expect(plan).toEqual(compile('').plan);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Header x-fastly-imageopto-overlay is ignored/),
    ]);
  });
});

test.each(['jxl', 'pjxl', 'jpegxl'])('format=%s warns where no encoder is installed', (word) => {
  const settings = { name: 'shop', origin: 'folder', missing: ['jxl'] } as const;
  const { diagnostics } = fastly.compile(request(`/a.jpg?format=${word}`), settings);
  expect(diagnostics).toMatchObject([
    { param: 'format', message: expect.stringMatching(/cannot be written here; .* wasm-vips/) },
  ]);
});

describe('format=svg', () => {
  const missing = { name: 'shop', origin: 'folder', missing: ['svg'] } as const;

  test('draws the picture, where auto names no other format for the client', () => {
    expect(picture('format=svg').formats).toEqual([{ format: 'svg' }]);
    expect(picture('format=svg&auto=webp').formats.map(({ format }) => format)).toEqual([
      'webp',
      'svg',
    ]);
  });

  test('viewbox goes with it alone (docs/spec/fastly-io.md 7.26)', () => {
    expect(picture('format=svg&viewbox=1').viewBoxOnly).toBe(true);
    for (const other of ['format=svg', 'viewbox=1', 'format=png&viewbox=1', 'viewbox=2']) {
      expect(picture(other).viewBoxOnly).toBeUndefined();
    }
  });

  test('keeps the format of the source where the tracer is not installed, and says what it needs', () => {
    const { plan, diagnostics } = fastly.compile(request('/a.jpg?format=svg'), missing);
    expect(plan.output).toMatchObject({ formats: picture('').formats });
    expect(diagnostics).toMatchObject([
      { param: 'format', message: expect.stringMatching(/cannot be written here; .* @neplex/) },
    ]);
  });
});

describe('service settings', () => {
  test('give the defaults of every request', () => {
    expect(picture('', { jpeg_quality: '70' }).quality).toEqual({
      kind: 'quality',
      jpeg: 70,
      own: { webp: 85 },
    });
    expect(picture('', { jpeg_type: 'progressive' }).jpeg.kind).toBe('progressive');
    expect(ops('width=9', { resize_filter: 'nearest' })).toMatchObject([{ filter: 'nearest' }]);
    expect(ops('width=9', { upscale: 'true' })).toMatchObject([{ enlarge: 'allowed' }]);
  });

  test('webp acts as auto=webp on every request', () => {
    expect(compile('', { webp: 'true' }).plan).toEqual(compile('auto=webp').plan);
  });

  test('a value that cannot be read counts as not set', () => {
    const odd = { jpeg_quality: 'x', webp_quality: '101', resize_filter: 'toString', webp: '1' };
    expect(compile('width=9', odd).plan).toEqual(compile('width=9').plan);
  });

  test('disable=upscale restores the cap', () => {
    expect(ops('width=9&disable=upscale', { upscale: 'true' })).toMatchObject([
      { enlarge: 'never' },
    ]);
  });

  test('strict_params refuses what would be a warning', () => {
    expect(() => compile('width=abc', { strict_params: 'true' })).toThrowError(
      expect.objectContaining({ code: 'bad-parameter' }),
    );
    expect(() => compile('v=1&width=9', { strict_params: 'true' })).not.toThrow();
  });

  test('origin_query forwards the parameters that are not ours', () => {
    const query = 'width=9&something=f%20o&x';
    expect(compile(query).source).toEqual({ kind: 'path', path: 'a.jpg' });
    expect(compile(query, { origin_query: 'unknown' }).source).toEqual({
      kind: 'path',
      path: 'a.jpg',
      query: 'something=f%20o&x',
    });
  });
});

describe('the source', () => {
  const settings = { name: 'shop', origin: 'folder' } as const;
  test.each<[string, string, string]>([
    ['/a.jpg', 'a.jpg', 'without the leading slash'],
    ['/a%20b/%C3%A4.jpg?width=1', 'a%20b/%C3%A4.jpg', 'percent-encoded as received'],
    ['//a.jpg', '/a.jpg', 'one slash alone is ours'],
    ['/../a.jpg', '../a.jpg', 'judged by the origin'],
    ['/a.jpg?b?c', 'a.jpg', 'the first question mark ends the path'],
  ])('of %s is %s (%s)', (target, path) => {
    expect(fastly.compile(request(target), settings).source).toEqual({ kind: 'path', path });
  });

  test.each(['', '/', '/?width=9', '?'])('of "%s" is missing', (target) => {
    expect(() => fastly.compile(request(target), settings)).toThrowError(
      expect.objectContaining({ code: 'source-not-found' }),
    );
  });
});

describe('any query', () => {
  const names = fc.constantFrom(...Object.keys(PARAMS), 'v', '__proto__', '');
  const texts = fc.oneof(
    fc.string(),
    fc.constantFrom(
      ...['50p', '0.5', '300', '1:1,smart', '100,100,x5', 'auto', 'webp', '255,0,0,0.5', 'auto,t1'],
      ...['threshold', 'high', '85,75', 'a1,r1,t1', 'upscale', '1', '2', 'crop', '%zz', '-1'],
    ),
  );
  const pairs = fc.uniqueArray(fc.tuple(names, texts), { selector: ([name]) => name });
  const query = (list: readonly (readonly [string, string])[]) =>
    list.map(([name, text]) => `${name}=${text.replace(/[&#]/g, '')}`).join('&');

  test('compiles, or ends in a Fault', () => {
    const settings = { name: 'shop', origin: 'folder' } as const;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pairs.map((p) => `/a.jpg?${query(p)}`),
        ),
        (target) => {
          try {
            const { plan } = fastly.compile(request(target), settings);
            expect(plan.ops[0]).toEqual({ kind: 'orient', by: 'source' });
            expect(Object.isFrozen(plan.ops)).toBe(true);
          } catch (error) {
            if (!isFault(error)) throw error;
          }
        },
      ),
    );
  });

  test('means the same in any order', () => {
    const shuffled = pairs.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(compile(query(one))).toEqual(compile(query(other)));
      }),
    );
  });
});
