import { describe, expect, test } from 'vitest';
import { planKey } from '../../../plan/key.ts';
import { compile, ops } from '../fixtures.suite.ts';

const grey = { red: 128, green: 128, blue: 128, alpha: 1 };
const red = { red: 255, green: 0, blue: 0, alpha: 1 };
const tone = (...steps: unknown[]) => ({ kind: 'tone', steps });
const linear = (gain: number, offset: number) => ({ kind: 'linear', gain, offset });
const kinds = (query: string) => compile(query).plan.ops.map(({ kind }) => kind);

describe('adjustments and effects', () => {
  test.each<[string, unknown, string]>([
    // query                op                                          why
    ['bri=40', tone(linear(1, 51)), '5.5'],
    ['bri=900', tone(linear(1, 127.5)), '7.2: clamped to 100'],
    ['con=100', tone(linear(2, -127.5)), '5.5: the middle stays'],
    ['con=-100', tone(linear(0.5, 63.75)), '5.5'],
    ['exp=50', tone({ kind: 'exposure', stops: 1 }), '5.5: 50 to the stop'],
    ['gam=100', tone({ kind: 'gamma', exponent: 0.1 }), '5.5'],
    ['gam=-100', tone({ kind: 'gamma', exponent: 9.9 }), '5.5'],
    [
      'high=-30&shad=20.5',
      tone({ kind: 'shadows-highlights', shadows: 0.205, highlights: -0.3 }),
      '5.5',
    ],
    ['hue=90', tone({ kind: 'hue', degrees: 90 }), '5.5'],
    ['sat=-100', tone({ kind: 'saturation', factor: 0 }), '5.5 (documented): greyscale'],
    ['vib=80', tone({ kind: 'vibrance', amount: 0.8 }), '5.5'],
    ['inv=true', tone(linear(-1, 255)), '5.5: the negative'],
    ['mono=808080', tone({ kind: 'monochrome', color: grey }), '5.6'],
    ['sepia=50', tone({ kind: 'sepia', amount: 0.5 }), '5.6'],
    [
      'duotone=f00,808080&duotone-alpha=40',
      tone({ kind: 'duotone', dark: red, light: grey, amount: 0.4 }),
      '5.6',
    ],
    [
      'sat=10&bri=20',
      tone(linear(1, 25.5), { kind: 'saturation', factor: 1.1 }),
      'one order, whatever the URL says',
    ],
    ['nr=30', { kind: 'denoise', strength: 30, sharpness: 20 }, '5.5: one switches both on'],
    [
      'sharp=50',
      { kind: 'sharpen', sigma: 1, amount: 1, threshold: 0, channel: 'luma' },
      '5.5: luminance only',
    ],
    [
      'usm=50',
      { kind: 'sharpen', sigma: 2.5, amount: 1, threshold: 0, channel: 'rgb' },
      '5.5: the default radius',
    ],
    ['blur=25', { kind: 'blur', sigma: { px: 2.5 } }, '5.6: ten to the pixel'],
    ['px=20', { kind: 'pixelate', side: 20 }, '5.6'],
    ['htn=7', { kind: 'halftone', side: 7 }, '5.6'],
  ])('%s gives %j (%s)', (query, op) => {
    expect(ops(query)).toEqual([op]);
  });

  test('every adjustment at 0 leaves no step behind', () => {
    const zero = 'bri con exp gam high shad hue sat vib sharp usm blur px htn sepia invert';
    expect(
      ops(
        zero
          .split(' ')
          .map((name) => `${name}=0`)
          .join('&'),
      ),
    ).toEqual([]);
    expect(ops('hue=360&duotone=f00,0f0&duotone-alpha=0&mono=0fff&usmrad=9')).toEqual([]);
  });
});

describe('words of auto that change pixels (docs/spec/imgix.md 4.13)', () => {
  test.each([
    ['auto=enhance', ['enhance'], 'tones'],
    ['auto=redeye', ['red-eye'], 'pupils'],
    ['auto=true', ['enhance'], 'the other word for enhance'],
    ['auto=true&crop=faces', ['red-eye', 'enhance'], 'and red-eye beside faces'],
    ['auto=true&fit=crop&crop=top,faces&w=9', ['red-eye', 'resize', 'enhance'], 'anywhere in it'],
    ['auto=true&crop=top', ['enhance'], 'not beside other words'],
    ['auto=enhance&auto=true&auto=redeye,enhance', ['red-eye', 'enhance'], 'once each'],
    ['auto=compress,format', [], 'words of formats leave pixels alone'],
    ['auto=enhance&bri=5', ['enhance', 'tone'], 'before adjustments'],
  ])('%s gives %j (%s)', (query, kinds) => {
    expect(ops(query).map(({ kind }) => kind)).toEqual(kinds);
    expect(compile(query).diagnostics.filter(({ param }) => param === 'auto')).toEqual([]);
  });

  test('crop without fit=crop is of use beside auto=true, where it has faces', () => {
    expect(compile('auto=true&crop=faces').diagnostics).toEqual([]);
    expect(compile('auto=true&crop=top').diagnostics).toMatchObject([{ param: 'crop' }]);
    expect(compile('auto=enhance&crop=faces').diagnostics).toMatchObject([{ param: 'crop' }]);
  });

  test('equal meaning, equal key', () => {
    expect(planKey(compile('auto=true').plan)).toBe(planKey(compile('auto=enhance').plan));
    expect(planKey(compile('auto=enhance').plan)).not.toBe(planKey(compile('w=1.0').plan));
  });

  test('bars of a fill are not enhanced', () => {
    const kinds = ops('w=30&h=20&fit=fill&auto=enhance').map(({ kind }) => kind);
    expect(kinds).toEqual(['resize', 'enhance', 'resize']);
  });
});

describe('faces that are hidden (docs/spec/imgix.md 5.13)', () => {
  test.each<[string, readonly [by: string, strength: number][]]>([
    ['face-blur=1', [['blur', 0.12]]],
    ['face-blur=100', [['blur', 0.4]]],
    ['face-pixel=1', [['blocks', 1 / 7]]],
    ['face-pixelate=100', [['blocks', 1]]],
    ['face-blur=0&face-pixel=0', []],
    // Out of range it is moved into it, as every number is.
    ['face-blur=500', [['blur', 0.4]]],
    ['face-blur=-3', []],
    ['face-blur=lots', []],
    [
      'face-pixel=100&face-blur=1',
      [
        ['blur', 0.12],
        ['blocks', 1],
      ],
    ],
  ])('%s', (query, steps) => {
    const hidden = ops(query).filter((op) => op.kind === 'hide-faces');
    expect(hidden.map(({ by, strength }) => [by, strength])).toEqual(
      steps.map(([by, strength]) => [by, expect.closeTo(strength, 9)]),
    );
  });

  test('more is stronger, and comes before everything but red-eye', () => {
    const strengths = [1, 2, 50, 99, 100].map((value) => {
      const [op] = ops(`face-blur=${value}`);
      return op?.kind === 'hide-faces' ? op.strength : 0;
    });
    expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
    const kinds = ops('face-blur=9&auto=redeye,enhance&w=100&bri=9').map(({ kind }) => kind);
    expect(kinds).toEqual(['red-eye', 'hide-faces', 'resize', 'enhance', 'tone']);
  });
});

describe('the order of operations (docs/spec/imgix.md 3)', () => {
  test('everything at once', () => {
    const query =
      'border=2,f00&mask=ellipse&bg=fff&pad=3&px=4&blur=5&htn=6&usm=7&nr=8&bri=9' +
      '&rot=10&flip=h&w=100&trim=auto&rect=0,0,50,50&transparency=grid&mark=a.png&blend=f00';
    expect(kinds(query)).toEqual(
      (
        'orient crop trim resize limit mirror rotate tone denoise sharpen halftone blur ' +
        'pixelate pad background checker limit mask blend overlay border'
      ).split(' '),
    );
  });

  test('a fill keeps its color: adjustments come between fitting and filling', () => {
    const query = 'w=300&h=200&fit=fill&fill-color=f00&sat=-100&blur=20&dpr=1.5';
    const [, first, , tone, blur, last] = compile(query).plan.ops;
    const box = { kind: 'resize', width: { px: 450 }, height: { px: 300 }, filter: 'lanczos2' };
    expect(first).toEqual({ ...box, fit: 'inside', enlarge: 'allowed' });
    expect([tone?.kind, blur?.kind]).toEqual(['tone', 'blur']);
    expect(last).toEqual({
      ...box,
      fit: 'contain',
      enlarge: 'allowed',
      fill: { kind: 'color', color: red },
    });
  });

  test('a fill whose box depends on the picture is adjusted before it is sized', () => {
    expect(kinds('w=0.5&h=0.9&fit=fill&sat=-100')).toEqual(['orient', 'tone', 'resize', 'limit']);
    expect(kinds('ar=1:1&fit=fill&sat=-100')).toEqual(['orient', 'tone', 'resize', 'limit']);
  });
});
