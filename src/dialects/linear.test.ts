/**
 * Reading takes time in proportion to what is read: in every reader of every
 * parameter, and in a whole URL.
 *
 * Work is counted, not timed: each use of a regular expression counts the
 * characters it looked at, and the pattern itself must be linear.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { superlinear } from '../../test/support/linear-patterns.ts';
import { Fault } from '../base/fault.ts';
import type { Dialect, DialectSettings } from './dialect.ts';
import { fastly } from './fastly/index.ts';
import { imageoptim } from './imageoptim/index.ts';
import { imgix } from './imgix/index.ts';

/** What hostile texts are made of, each repeated. */
const UNITS = [
  ...['9', '0', '1.', '.1', '.', '-', '+', ',', '1,', ':', '1:', 'x', '1x', 'p', '=', ';'],
  ...['%', '%25', '%2c', '%31', '%c3', ' ', '%20', 'ff', 'g1', 'a', 'a,', 'AA', '64', '\u00e9'],
  ...['/', '//', '&', '@', '#', '"', '(', 'red,', 'top,', 'format,', 'x50p,', 'a1,r1,t1,'],
];
const ENDS = ['', 'z', '!', '.', ','];

/** Characters that may be looked at for each character of a text: every reader looks a few times. */
const MOST_LOOKS = 40;
/** Looks that a short text may need beside that. */
const SPARE = 20_000;

const seen = new Map<string, RegExp>();
let looks = 0;
const exec = RegExp.prototype.exec;

function counting(this: RegExp, text: string): RegExpExecArray | null {
  seen.set(String(this), this);
  const from = this.global || this.sticky ? this.lastIndex : 0;
  const match = exec.call(this, text);
  // `split` tries its pattern at every place by itself, so a failure there is one look.
  const reached = this.sticky ? from : text.length;
  looks += 1 + (match === null ? reached : match.index + match[0].length) - from;
  return match;
}

function counted(work: () => unknown): number {
  looks = 0;
  RegExp.prototype.exec = counting;
  try {
    work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  } finally {
    RegExp.prototype.exec = exec;
  }
  return looks;
}

const hostile = (unit: string, end: string, length: number) =>
  unit.repeat(Math.ceil(length / unit.length)) + end;

const SETTINGS: readonly DialectSettings[] = [
  { name: 'test', origin: 'folder' },
  { name: 'test', origin: 'web', accounts: ['acct'] },
];

function compile(dialect: Dialect, target: string, settings: DialectSettings): void {
  const headers = { accept: target.slice(0, 4000), 'user-agent': target, dpr: target };
  const request = { method: 'GET', target, headers, accepts: new Set<never>(), now: 0 } as const;
  const compiled = dialect.compile({ ...request, upload: false }, settings);
  dialect.present({
    request: { ...request, upload: false },
    compiled,
    source: { width: 1, height: 1, format: 'jpeg', bytes: 1 },
    result: { width: 1, height: 1, format: 'jpeg', bytes: 1 },
    key: '',
    diagnostics: compiled.diagnostics,
  });
}

describe.each([fastly, imgix, imageoptim])('$name', (dialect) => {
  const names = Object.keys(dialect.params);

  test('every reader looks at a text a few times, however long it is', () => {
    for (const name of names) {
      for (const unit of UNITS) {
        for (const end of ENDS) {
          for (const length of [60, 1900, 8000]) {
            const text = hostile(unit, end, length);
            const work = counted(() => dialect.params[name]?.read(text));
            if (work > MOST_LOOKS * text.length) expect.fail(`${name}=${unit}…${end}: ${work}`);
          }
        }
      }
    }
  });

  const place = fc.constantFrom<(text: string, name: string) => string>(
    (text) => `/${text}`,
    (text) => `/a.jpg?${text}`,
    (text, name) => `/a.jpg?${name}=${text}`,
    (text, name) => `/a.jpg?${name}64=${text}`,
    (text, name) => `/a.jpg?w=9&${name}=${text}&${text}=${name}`,
    (text, name) => `/acct/300,${name}=${text}/https://host.example/a.jpg`,
    (text) => `/acct/${text}/https://host.example/a.jpg`,
    (text) => `/acct/300/https://host.example/${text}`,
    (text) => `/acct/300/https%3A%2F%2Fhost.example%2F${text}?${text}`,
    (text) => `/https%3A%2F%2Fhost.example%2F${text}?w=9`,
  );

  test('a whole URL is read with work in proportion to its length', () => {
    fc.assert(
      fc.property(
        place,
        fc.constantFrom(...names),
        fc.constantFrom(...UNITS),
        fc.constantFrom(...ENDS),
        fc.constantFrom(...SETTINGS),
        fc.integer({ min: 500, max: 7500 }),
        (at, name, unit, end, settings, length) => {
          const target = at(hostile(unit, end, length), name);
          const work = counted(() => compile(dialect, target, settings));
          expect(work).toBeLessThan(MOST_LOOKS * target.length + SPARE);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('and every pattern on the way is linear', () => {
    const wrong = [...seen.values()].flatMap((pattern) => {
      const reason = superlinear(pattern);
      return reason === undefined ? [] : [`${pattern}: ${reason}`];
    });
    expect(seen.size).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });
});

describe('a number of 7,600 digits', () => {
  test.each([
    [imgix, '/x.jpg?w=', 'w'],
    [fastly, '/x.jpg?brightness=', 'brightness'],
  ] as const)('$0.name', (dialect, before, param) => {
    const target = `${before}${'9'.repeat(7600)}z`;
    const request = { method: 'GET', target, headers: {}, accepts: new Set<never>(), now: 0 };
    const { diagnostics } = dialect.compile(
      { ...request, method: 'GET', upload: false },
      { name: 'test', origin: 'folder' },
    );
    expect(diagnostics.map((one) => one.param)).toEqual([param]);
  });
});
