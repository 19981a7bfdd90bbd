import { describe, expect, test } from 'vitest';
import type { FormatName } from '../image/format.ts';
import { hashKey, negotiated, planKey, renditionKey } from './key.ts';
import { px, type ResizeOp } from './op.ts';
import { type Output, picture } from './output.ts';
import { type Plan, sourcePlan } from './plan.ts';

const set = (...formats: FormatName[]): ReadonlySet<FormatName> => new Set(formats);
const output = picture({
  formats: [
    { when: { accepts: 'webp' }, format: 'webp' },
    { when: { accepts: 'avif', animated: false }, format: 'avif' },
    { when: { alpha: true }, format: 'png' },
    { format: 'jpeg' },
  ],
  quality: { kind: 'target', score: 68 },
});
const plan = (fields: Partial<Plan> = {}): Plan => ({
  ...{ frames: { kind: 'all' }, ops: [], output },
  ...fields,
});

describe('negotiated', () => {
  test.each<[FormatName[], FormatName[]]>([
    [[], []],
    [['webp'], ['webp']],
    [
      ['webp', 'avif'],
      ['avif', 'webp'],
    ],
    [
      ['avif', 'webp'],
      ['avif', 'webp'],
    ],
    [['jxl', 'png', 'jpeg'], []],
    [['png', 'avif'], ['avif']],
  ])('of %j are %j', (accepts, formats) => {
    expect(negotiated(plan(), set(...accepts))).toEqual(formats);
  });

  test('what is no picture asks about none', () => {
    expect(negotiated(sourcePlan(true), set('webp', 'avif'))).toEqual([]);
    const palette: Output = { kind: 'palette', form: 'css', colors: 4, prefix: 'p' };
    expect(negotiated(plan({ output: palette }), set('webp'))).toEqual([]);
  });
});

describe('a key of a rendition', () => {
  const inputs = { accepts: set('webp'), source: 'ab', encoderVersion: 'v1' };
  const key = renditionKey(plan(), inputs);

  test('is 64 hexadecimal digits', () => {
    expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is one for what no rule asks about', () => {
    const accepts = set('jxl', 'webp', 'png');
    expect(renditionKey(plan(), { ...inputs, accepts })).toBe(key);
  });

  test('is another for each thing it depends on', () => {
    const keys = [
      key,
      renditionKey(plan({ frames: { kind: 'one', index: 0 } }), inputs),
      renditionKey(plan(), { ...inputs, accepts: set() }),
      renditionKey(plan(), { ...inputs, accepts: set('webp', 'avif') }),
      renditionKey(plan(), { ...inputs, source: 'ac' }),
      renditionKey(plan(), { ...inputs, encoderVersion: 'v2' }),
      renditionKey(plan({ cmyk: 'press' }), inputs),
      planKey(plan()),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a hash', () => {
  test('does not heed the order of names, at any depth', () => {
    expect(hashKey({ a: 1, b: { c: [1, { d: 2, e: null }], f: 3 }, g: 4 })).toBe(
      hashKey({ g: 4, b: { f: 3, c: [1, { e: null, d: 2 }] }, a: 1 }),
    );
    expect(hashKey({ c: 1, a: 2, b: 3 })).toBe(hashKey({ b: 3, c: 1, a: 2 }));
  });

  test('heeds the order of lists and of parts', () => {
    const keys = [hashKey([1, 2]), hashKey([2, 1]), hashKey(1, 2), hashKey(2, 1), hashKey('1', 2)];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('heeds names and values, and tells an empty list from an empty record', () => {
    const keys = [{ a: 1 }, { a: 2 }, { b: 1 }, { a: null }, { a: [] }, { a: {} }, [], {}].map(
      (value) => hashKey(value),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is that of a plan however its fields are ordered', () => {
    const one: ResizeOp = {
      ...{ kind: 'resize', fit: 'cover', enlarge: 'never', filter: 'lanczos3' },
      ...{ width: px(200), height: px(100) },
    };
    const other: ResizeOp = {
      ...{ height: px(100), width: px(200) },
      ...{ filter: 'lanczos3', enlarge: 'never', fit: 'cover', kind: 'resize' },
    };
    expect(planKey(plan({ ops: [one] }))).toBe(planKey(plan({ ops: [other] })));
    expect(
      renditionKey(plan({ ops: [one] }), { accepts: set(), source: '', encoderVersion: '' }),
    ).toBe(
      renditionKey(plan({ ops: [other] }), { accepts: set(), source: '', encoderVersion: '' }),
    );
  });
});
