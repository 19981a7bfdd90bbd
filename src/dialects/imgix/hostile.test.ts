import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import data from '../../../test/data/imgix-parameters.json' with { type: 'json' };
import { isFault } from '../../base/fault.ts';
import { planKey } from '../../plan/key.ts';
import { lower } from '../../plan/lower.ts';
import {
  faultCode as code,
  compile,
  FOLDER,
  request,
  SIGNED,
  sourceInfo,
  WEB,
} from './fixtures.suite.ts';
import { imgix } from './index.ts';
import { spellingOf } from './params.ts';

describe('whatever the URL says', () => {
  const names = [
    ...Object.keys(data.parameters),
    ...Object.values(data.parameters).flat(),
    'resize-filter',
  ];
  const word = fc.constantFrom(
    ...(
      'crop fill fillmax clamp min max scale facearea,fill 0 1 -1 0.5 300 99999 1e9 NaN f00 80ff0000 ' +
      'f00,0f0 10,f00 format,compress enhance true false auto color alpha colorunlessalpha left,top ' +
      'focalpoint faces,entropy 2:1 pivot hv grid ellipse corners css json webp png8 avif gif jpg ' +
      '0,0,10,10 right,middle,0.5,0.5 5,6,7,8 width,dpr,save-data 444'
    ).split(' '),
  );
  const value = fc.oneof(
    { weight: 5, arbitrary: word },
    { weight: 1, arbitrary: fc.double({ noNaN: false, noDefaultInfinity: false }).map(String) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  );
  const pair = fc
    .tuple(fc.constantFrom(...names), value)
    .map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
  // Two aliases of one parameter are another matter: there the last one wins.
  const pairs = fc.uniqueArray(pair, {
    maxLength: 9,
    selector: (text) => spellingOf(text.split('=')[0]!)?.name,
  });
  const hints = { width: '500', dpr: '1.7', 'save-data': 'on' };

  const finite = (part: unknown): boolean =>
    typeof part === 'number'
      ? Number.isFinite(part)
      : typeof part !== 'object' || part === null || Object.values(part).every(finite);

  test('it becomes a frozen plan of finite numbers that can be lowered, or a fault', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        try {
          const { plan } = compile(given.join('&'), hints);
          expect(Object.isFrozen(plan) && Object.isFrozen(plan.output)).toBe(true);
          expect(finite(plan)).toBe(true);
          lower(plan, sourceInfo('640x400 png alpha'), new Set(['webp']));
        } catch (error) {
          if (!isFault(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('any target at all compiles or is a fault', () => {
    const targets = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `/${text}`);
    fc.assert(
      fc.property(targets, fc.constantFrom(FOLDER, WEB, SIGNED), (target, settings) => {
        code(() => imgix.compile(request(target), settings));
      }),
    );
  });

  test('the order of parameters does not change the plan', () => {
    const shuffled = pairs.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length }),
      ),
    );
    const plan = (given: readonly string[]) => {
      try {
        return compile(given.join('&'), hints).plan;
      } catch (error) {
        return isFault(error) ? error.code : error;
      }
    };
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        expect(plan(other)).toEqual(plan(given));
      }),
      { numRuns: 300 },
    );
  });

  test('each parameter at, below and above its range, unreadable, empty, by alias and twin', () => {
    for (const [name, aliases] of Object.entries(data.parameters)) {
      const [min, max] = (data.ranges as Record<string, (number | null)[]>)[name] ?? [0, 1];
      const texts = [min, max, (min ?? 0) - 1, (max ?? 9) + 1, 0.5].map(String);
      for (const text of [...texts, 'abc', '', '1,2', 'f00']) {
        for (const spelled of [name, ...aliases]) {
          code(() => compile(`${spelled}=${text}&w=10`));
          const twin = `${spelled}64=${Buffer.from(text).toString('base64url')}`;
          expect(code(() => compile(twin))).toBe(code(() => compile(`${spelled}=${text}`)));
        }
      }
    }
  });

  test.each([
    ['w=300', 'width=300.0'],
    ['bg=fff', 'bg=ffffffff'],
    ['bg=red', 'bg64=cmVk'],
    ['orient=90&w=9', 'or=6&w=9'],
    ['w=300&dpr=1', 'w=300'],
    ['auto=compress,format', 'auto=format&auto=compress'],
    ['w=300&q=75', 'w=300'],
    ['fm=png&q=5', 'fm=png&q=90'],
    ['w=9&expires=9999999999&dl=x&ixlib=y&nonsense=1', 'w=9'],
  ])('%s and %s have one key', (one, other) => {
    expect(planKey(compile(one).plan)).toBe(planKey(compile(other).plan));
  });
});
