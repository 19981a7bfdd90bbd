import { describe, expect, test } from 'vitest';
import { lower } from '../../../plan/lower.ts';
import { compile, ops, sourceInfo } from '../fixtures.suite.ts';

const clear = { kind: 'color', color: { red: 255, green: 255, blue: 255, alpha: 0 } };
const red = { kind: 'color', color: { red: 255, green: 0, blue: 0, alpha: 1 } };
const resize = { kind: 'resize', filter: 'lanczos2' };
const inside = { ...resize, fit: 'inside', enlarge: 'allowed' };
const cover = {
  ...resize,
  width: { px: 300 },
  height: { px: 300 },
  fit: 'cover',
  enlarge: 'allowed',
};
const box = { width: { px: 300 }, height: { px: 200 } };
const slack = (x: number, y: number) => ({ kind: 'slack', x, y });

/** The anchor on the area of faces. */
const area = (fields: object = {}) => ({
  ...{ fit: 'cover', enlarge: 'allowed' },
  anchor: { kind: 'face-area', pad: 1, ...fields },
});

const oneSided = {
  ...{ ...resize, width: { px: 300 }, ...area() },
  withoutFaces: { ...inside, width: { px: 300 } },
};

const anchored = (anchor: unknown) => ({ enlarge: 'allowed', anchor });

describe('sizing', () => {
  test.each<[string, unknown, string]>([
    // query              op                                                why
    ['w=300', { ...inside, width: { px: 300 } }, 'one side'],
    ['w=300.6', { ...inside, width: { px: 301 } }, '4.6: decimal pixels round half up'],
    ['w=0.5&h=.25', { ...inside, width: { share: 0.5 }, height: { share: 0.25 } }, '4.6: shares'],
    ['w=1', { ...inside, width: { share: 1 } }, '4.6: 1 is all of it'],
    ['w=9000', { ...inside, width: { px: 8192 } }, '4.6: 8192 at most'],
    ['w=300&h=200&fit=max', { ...inside, ...box, enlarge: 'never' }, '4.7'],
    ['w=300&h=200&fit=scale', { ...inside, ...box, fit: 'stretch' }, '4.7'],
    [
      'w=300&h=200&fit=min',
      { ...resize, ...box, fit: 'cover', enlarge: 'never' },
      '4.7: the largest window',
    ],
    ['w=300&h=200&fit=area', { ...inside, ...box }, '4.7: unknown is clip'],
    [
      'w=300&h=200&fit=facearea',
      { ...resize, ...box, ...area(), withoutFaces: { ...inside, ...box } },
      '5.2: no face, no fallback: clip',
    ],
    [
      'w=300&h=200&fit=facearea,fill',
      {
        ...{ ...resize, ...box, ...area() },
        withoutFaces: { ...inside, ...box, fit: 'contain', fill: clear },
      },
      '5.2: the fallback',
    ],
    [
      'w=300&h=200&fit=facearea,clamp&facepad=2.5&faceindex=2&dpr=2',
      {
        ...{ ...resize, ...box, ...area({ face: 1, pad: 2.5 }), density: 2 },
        withoutFaces: { ...inside, ...box, fit: 'contain', fill: { kind: 'edge' }, density: 2 },
      },
      '5.2: one face, more room',
    ],
    [
      'w=300&h=200&fit=facearea,crop&crop=faces,top',
      {
        ...{ ...resize, ...box, ...area() },
        withoutFaces: { ...resize, ...box, fit: 'cover', ...anchored(slack(0.5, 0)) },
      },
      '5.2: where no face is found, none is looked for again',
    ],
    ['w=300&fit=facearea', oneSided, '5.2: the other side follows'],
    ['fit=facearea&facepad=3', { ...resize, ...area({ pad: 3 }) }, '5.2: the area itself'],
    ['w=300&h=200&fit=fill', { ...inside, ...box, fit: 'contain', fill: clear }, '5.4: clear'],
    [
      'w=300&h=200&fit=fill&fill-color=f00&bg=00f',
      { ...inside, ...box, fit: 'contain', fill: red },
      '5.4: fill-color before bg',
    ],
    ['w=300&h=200&fit=fill&bg=f00', { ...inside, ...box, fit: 'contain', fill: red }, '5.4: bg'],
    [
      'w=300&h=200&fit=fillmax&fill=blur',
      { ...resize, ...box, fit: 'contain', enlarge: 'never', fill: { kind: 'blur' } },
      '5.4: blur',
    ],
    [
      'w=300&h=200&fit=clamp',
      { ...inside, ...box, fit: 'contain', fill: { kind: 'edge' } },
      '4.7: the edge repeated',
    ],
    ['w=300&dpr=2', { ...inside, width: { px: 300 }, density: 2 }, '4.10'],
    ['w=60&dpr=9', { ...inside, width: { px: 60 }, density: 5 }, '4.10: above 5 is 5'],
    ['w=60&dpr=-1', { ...inside, width: { px: 60 } }, '4.10: unreadable is 1'],
    ['w=5000&dpr=3', { ...inside, width: { px: 5000 }, density: 1.6384 }, '4.10: within 8192'],
    ['w=300&resize-filter=photo', { ...inside, width: { px: 300 }, filter: 'lanczos3' }, '5.1'],
    ['w=300&resize-filter=Photo', { ...inside, width: { px: 300 } }, '5.1: case-sensitive'],
    ['ar=16:9&fit=fill', { ...inside, ratio: 16 / 9, fit: 'contain', fill: clear }, '4.9'],
  ])('%s is one resize: %j (%s)', (query, op) => {
    expect(ops(query).filter(({ kind }) => kind !== 'background')).toEqual([op]);
  });

  test.each<[string, unknown, string]>([
    ['', slack(0.5, 0.5), 'the centre'],
    ['crop=left', slack(0, 0.5), 'one axis'],
    ['crop=bottom,right', slack(1, 1), 'both axes'],
    ['crop=top,faces', slack(0.5, 0), 'the first word can always be followed'],
    ['crop=entropy,faces', { kind: 'search', by: 'entropy' }, 'so can this'],
    ['crop=edges,left', { kind: 'search', by: 'edges' }, 'the first that can be followed'],
    ['crop=auto', { kind: 'search', by: 'saliency' }, '4.8: the most important subject'],
    ['crop=auto,top', { kind: 'search', by: 'saliency' }, 'auto always finds a place'],
    ['crop=dog', slack(0.5, 0.5), 'classes of objects are unknown'],
    ['fp-x=0', slack(0.5, 0.5), '5.3: fp-* need crop=focalpoint'],
    ['crop=focalpoint', { kind: 'focus', x: 0.5, y: 0.5, zoom: 1 }, '5.3: defaults'],
    [
      'crop=focalpoint&fp-debug=1',
      { kind: 'focus', x: 0.5, y: 0.5, zoom: 1, shown: true },
      '5.3: cross-hairs',
    ],
    [
      'crop=focalpoint&fp-x=1.2&fp-y=.35&fp-z=2',
      { kind: 'focus', x: 1, y: 0.35, zoom: 2 },
      '5.3: clamped',
    ],
  ])('w=300&h=300&fit=crop&%s stands at %j (%s)', (query, anchor) => {
    expect(ops(`w=300&h=300&fit=crop&${query}`)).toEqual([{ ...cover, anchor }]);
  });

  test.each<[string, number, unknown, string]>([
    // query                            face  without any                            why
    ['crop=faces,top,right', 0, slack(1, 0), '4.8: the next words decide'],
    ['crop=faces,center', 0, slack(0.5, 0.5), 'center is a word'],
    ['crop=faces', 0, slack(0.5, 0.5), 'the end of the chain'],
    ['crop=faces,auto', 0, { kind: 'search', by: 'saliency' }, 'auto always finds a place'],
    ['crop=faces,entropy', 0, { kind: 'search', by: 'entropy' }, 'a documented chain'],
    ['crop=faces,edges', 0, { kind: 'search', by: 'edges' }, 'a documented chain'],
    [
      'crop=faces,focalpoint&fp-x=.2&fp-z=3',
      ...([0, { kind: 'focus', x: 0.2, y: 0.5, zoom: 3 }, 'a documented chain'] as const),
    ],
    ['crop=faces&faceindex=3', 2, slack(0.5, 0.5), '4.8: the face is changeable'],
  ])(
    'w=300&h=300&fit=crop&%s keeps the faces, face %i, or stands at %j (%s)',
    (query, face, anchor) => {
      expect(ops(`w=300&h=300&fit=crop&${query}`)).toEqual([
        { ...cover, anchor: { kind: 'faces', face }, withoutFaces: { ...cover, anchor } },
      ]);
    },
  );

  test('faces are not looked for where nothing is cut', () => {
    expect(ops('w=300&fit=crop&crop=faces')).toMatchObject([{ anchor: slack(0.5, 0.5) }]);
  });

  test.each<[string, unknown[], string]>([
    ['', [{ x: 0.25, y: 0.5 }], 'the picture is whole'],
    ['&fp-z=2', [{ x: 0.5, y: 0.5 }], 'the window is centred on it'],
    ['&fp-z=4&fp-y=0', [{ x: 0.5, y: 0 }], 'the window stays inside'],
  ])('cross-hairs without a frame: fp-x=.25%s is at %j (%s)', (query, expected) => {
    const made = ops(`w=300&fit=crop&crop=focalpoint&fp-debug=1&fp-x=.25${query}`);
    expect(made.filter(({ kind }) => kind === 'cross-hairs')).toMatchObject(expected);
  });

  test.each([
    ['', 'nothing'],
    ['dpr=2&q=50', '4.10: dpr needs a side'],
    ['w=abc&q=50', '7.2: unreadable'],
    ['ar=2:1&q=50', '4.9: ar needs crop or fill'],
    ['fit=crop&crop=left', 'no box'],
    ['fit=crop&max-w=300', '5.1: limits need the other side'],
    ['rect=1,2,3', '5.1: fewer than four'],
    ['rect=0,0,0,10', '5.1: an empty region'],
    ['flip=x&rot=360&trim=yes&orient=1', 'neutral or unknown values'],
    ['orient=0', '5.7: 0 ignores EXIF'],
  ])('%j leaves the size alone (%s)', (query) => {
    expect(ops(query)).toEqual([]);
  });

  test.each([['w=0'], ['h=-3'], ['w=0.0'], ['height=0'], ['w64=MA']])('%s is refused', (query) => {
    expect(() => ops(query)).toThrow(/above 0/);
  });

  test.each([
    ['2:1', 2],
    ['0.85:1', 0.85],
    ['1.85', 1.85],
    ['4x3', 4 / 3],
    ['4,3', 4 / 3],
    ['0:1', undefined],
    ['1:0', undefined],
    ['-1:2', undefined],
    ['a:b', undefined],
    ['1:2:3', undefined],
  ])('ar=%s is %s', (text, ratio) => {
    const [op] = ops(`ar=${text}&fit=crop`);
    expect(op?.kind === 'resize' ? op.ratio : undefined).toBe(ratio);
  });
});

describe('what comes before sizing', () => {
  const at = (x: number, y: number) => ({
    x: { kind: 'at', length: { px: x } },
    y: { kind: 'at', length: { px: y } },
  });
  const crop = { kind: 'crop', outside: 'intersect-or-keep' };
  const area = (width: number, height: number) => ({
    kind: 'size',
    width: { px: width },
    height: { px: height },
  });

  test.each<[string, unknown, string]>([
    ['rect=10,20,200,100', { ...crop, area: area(200, 100), ...at(10, 20) }, '5.1'],
    ['rect=-5,1,1,1', { ...crop, area: area(1, 1), ...at(0, 1) }, '5.1: 1 is a pixel'],
    [
      'rect=right,middle,20,10',
      {
        ...crop,
        area: area(20, 10),
        x: { kind: 'slack', share: 1 },
        y: { kind: 'slack', share: 0.5 },
      },
      '5.1: words',
    ],
    [
      'rect=0.5,0,0.5,1.0',
      {
        ...crop,
        area: { kind: 'size', width: { share: 0.5 }, height: { share: 1 } },
        x: { kind: 'at', length: { share: 0.5 } },
        y: { kind: 'at', length: { px: 0 } },
      },
      '5.1: with a point, shares',
    ],
    ['orient=90', { kind: 'orient', by: 6 }, '5.7: 90 stands for 6'],
    ['or=2', { kind: 'orient', by: 2 }, '5.7'],
    [
      'trim=auto',
      { kind: 'trim', rule: { by: 'border', mean: 11, deviation: 10 }, empty: 'keep' },
      '5.8',
    ],
    [
      'trim=auto&trimmd=5&trim-sd=6&trim-pad=-10',
      { kind: 'trim', rule: { by: 'border', mean: 5, deviation: 6 }, empty: 'keep', pad: -10 },
      '5.8',
    ],
    [
      'trim=alpha&trim-alpha=9&trim-tol=3',
      { kind: 'trim', rule: { by: 'alpha', alpha: 9, tolerance: 3 }, empty: 'keep' },
      '5.8',
    ],
    [
      'trim=colorunlessalpha&trim-color=f00&trim-tol=51',
      {
        kind: 'trim',
        rule: { by: 'alpha-or-color', color: red.color, tolerance: 0.1 },
        empty: 'keep',
      },
      '5.8',
    ],
  ])('%s gives %j (%s)', (query, op) => {
    expect(ops(query)).toEqual([op]);
  });

  test('trim=color takes clear edges first, and pads once', () => {
    expect(ops('trim=color&trim-pad=4')).toEqual([
      { kind: 'trim', rule: { by: 'alpha', alpha: 0, tolerance: 0 }, empty: 'keep' },
      { kind: 'trim', rule: { by: 'color', tolerance: 0 }, empty: 'keep', pad: 4 },
    ]);
  });
});

describe('the size of the result (documented and computed examples of 4.14, 5.1, 5.3, 5.8)', () => {
  test.each([
    ['300x200', 'w=100&h=100', '100x67'],
    ['300x200', 'w=250&h=250', '250x167'],
    ['300x200', 'h=50', '75x50'],
    ['300x200', 'w=0.5&h=0.25', '75x50'],
    ['300x200', 'w=400&h=400&fit=crop', '400x400'],
    ['300x200', 'w=150&fit=crop', '150x100'],
    ['300x200', 'w=600&h=600&fit=max', '300x200'],
    ['300x200', 'w=600&h=600&fit=min', '200x200'],
    ['300x200', 'w=600&h=100&fit=min', '300x50'],
    ['300x200', 'w=400&h=400&fit=fillmax', '400x400'],
    ['900x270', 'ar=9:1&fit=crop', '900x100'],
    ['900x600', 'h=300&ar=16:9&fit=crop', '533x300'],
    ['900x600', 'ar=0.85:1&fit=crop', '510x600'],
    ['900x600', 'ar=9:3&fit=fill', '900x300'],
    ['900x600', 'w=200&dpr=0.75', '150x100'],
    ['900x600', 'w=5000&dpr=3', '8192x5461'],
    ['900x900', 'w=9000&h=9000&fit=crop&dpr=5', '8192x8192'],
    ['7341x9177', 'q=60', '6553x8192'],
    ['20x200', 'w=500&ar=1:100&fit=crop', '82x8192'],
    ['300x200', 'rect=250,150,200,200', '50x50'],
    ['300x200', 'rect=right,bottom,200,100&w=100', '100x50'],
    ['2000x500', 'fit=crop&h=200&max-w=1200', '800x200'],
    ['2000x500', 'fit=crop&h=200&max-w=200', '200x200'],
    ['500x2000', 'fit=crop&h=200&min-w=300', '300x200'],
    ['500x2000', 'fit=crop&h=200&min-w=300&max-w=100', '300x200'],
    ['1000x3000', 'fit=crop&w=300&max-h=1200', '300x900'],
    ['900x600', 'w=300&fit=crop&crop=focalpoint&fp-z=3', '300x200'],
    ['900x600', 'fit=crop&crop=focalpoint&fp-z=3', '300x200'],
    ['300x200', 'orient=90', '200x300'],
    ['300x200', 'rot=90&rot-type=pivot', '200x300'],
    ['300x200', 'rot=7', '300x200'],
    ['300x200', 'pad=10', '320x220'],
    ['300x200', 'pad=10&pad-left=30', '340x220'],
    ['300x200', 'w=300&h=300&fit=crop&pad=20', '300x300'],
    ['300x200', 'w=300&pad=10', '300x207'],
    ['300x200', 'w=100&pad=10.5&dpr=2', '200x148'],
    ['300x200', 'w=400&h=400&fit=fill&sat=-100&rot=3', '400x400'],
    ['300x200', 'w=333&h=333&fit=fill&dpr=1.5&bri=1', '500x500'],
  ])('%s with %s is %s', (size, query, expected) => {
    const lowered = lower(compile(query).plan, sourceInfo(`${size} png`), new Set());
    const { width, height } =
      lowered.kind === 'program' ? lowered.program.size : { width: 0, height: 0 };
    expect(`${width}x${height}`).toBe(expected);
  });
});
