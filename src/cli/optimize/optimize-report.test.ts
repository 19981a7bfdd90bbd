import { describe, expect, test } from 'vitest';
import { ProgressBar } from '../replay/progress-bar.ts';
import type { Outcome } from './make-files.ts';
import {
  bytesText,
  checkText,
  outcomeLine,
  reportText,
  savedPercent,
  skippedText,
  totalsOf,
} from './optimize-report.ts';

const made = (source: string, before: number, after: number, score = 75): Outcome => ({
  ...{ status: 'made', source, before, after, score },
  ...{ file: source.replace('jpg', 'avif'), format: 'avif', width: 8, height: 6 },
  milliseconds: 1500,
});
const failed: Outcome = {
  status: 'failed',
  source: 'c.jpg',
  before: 9,
  milliseconds: 1,
  note: 'damaged',
};

describe('sums', () => {
  test('count a picture once, however many results it has, and no failure', () => {
    const outcomes = [made('a.jpg', 1000, 100, 74), made('a.jpg', 1000, 50, 76), failed];
    const totals = totalsOf(outcomes, 2000);
    expect(totals).toEqual({
      ...{ pictures: 1, made: 2, there: 0, failed: 1 },
      ...{ before: 1000, after: 150, score: 75, milliseconds: 2000 },
    });
    expect(savedPercent(totals)).toBe(85);
  });

  test('of nothing are nothing', () => {
    const totals = totalsOf([], 0);
    expect([totals.pictures, savedPercent(totals), totals.score]).toEqual([0, 0, undefined]);
    expect(reportText([], totals, 'out')).toBe('0 pictures: 0 made in out; 0 B -> 0 B, 0.0 s\n');
  });
});

describe('texts', () => {
  test('a table with numbers to the right, and a sentence', () => {
    const outcomes = [made('a.jpg', 120_000, 30_000), made('sub/long.jpg', 2_500_000, 250_000)];
    expect(reportText(outcomes, totalsOf(outcomes, 3000), 'out')).toBe(
      `picture       result          before   after        score   time
a.jpg         a.avif          120 kB   30 kB  25 %   75.0  1.5 s
sub/long.jpg  sub/long.avif  2.50 MB  250 kB  10 %   75.0  1.5 s

2 pictures: 2 made in out; 2.62 MB -> 280 kB, 89 % saved, mean score 75.0, 3.0 s
`,
    );
  });

  test('of many results some are shown', () => {
    const many = Array.from({ length: 60 }, (_, i) => made(`p${i}.jpg`, 1000, 100));
    expect(reportText(many, totalsOf(many, 1), 'out')).toContain('… and 10 more\n');
    const skipped = many.map(({ source: name }) => ({ name, reason: 'no picture' }));
    expect(skippedText(skipped).split('\n').slice(-3, -1)).toEqual([
      ...['passed over p19.jpg: no picture', 'passed over 40 more'],
    ]);
  });

  test.each([
    [failed, 'c.jpg: damaged\n'],
    [made('a.jpg', 1000, 100), 'a.jpg -> a.avif: 1.0 kB -> 100 B (10 %), score 75.0, 1.5 s\n'],
    [{ ...made('a.jpg', 9, 9), status: 'there' } as const, 'a.jpg -> a.avif, there already\n'],
    [{ ...failed, status: 'good' } as const, 'c.jpg: a result itself\n'],
  ])('a line for %o', (outcome, line) => expect(outcomeLine(outcome)).toBe(line));

  test('a check names the largest savings first and its threshold', () => {
    const outcomes = [made('a.jpg', 1000, 900), made('b.jpg', 1000, 300)];
    const text = checkText(outcomes, totalsOf(outcomes, 1), 10);
    expect(text.indexOf('b.jpg')).toBeLessThan(text.indexOf('a.jpg'));
    expect(text).toContain('These 2 pictures could be 40 % smaller (2.0 kB -> 1.2 kB); more than');
    expect(checkText(outcomes, totalsOf(outcomes, 1), 40)).toContain('at most 40 % are allowed');
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [123_456_789, '123.5 MB'],
  ])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));
});

describe('the bar', () => {
  const barOn = (interactive: boolean) => {
    let text = '';
    const err = (part: string) => {
      text += part;
    };
    const around = { env: {}, out: err, err, interactive, stopped: Promise.resolve() };
    return { bar: new ProgressBar(around, 'pictures'), text: () => text };
  };

  test('makes room for a line on a terminal, and leaves no mark elsewhere', () => {
    const terminal = barOn(true);
    terminal.bar.say('first\n');
    terminal.bar.show(0.5, 3);
    terminal.bar.say('second\n');
    terminal.bar.end();
    expect(terminal.text()).toContain('50 %, 3 pictures');
    expect(terminal.text().startsWith('first\n\r[###')).toBe(true);
    expect(terminal.text().endsWith('\r\u001b[Ksecond\n\n')).toBe(true);
    const plain = barOn(false);
    plain.bar.say('first\n');
    plain.bar.end();
    expect(plain.text()).toBe('first\n');
  });
});

test('names show no control characters', () => {
  const name = 'a\u001b]0;b\u0007\n.jpg';
  const shown = 'a?]0;b??.jpg';
  const one = made(name, 1000, 100);
  expect(outcomeLine(one)).toContain(`${shown} -> a?]0;b??.avif: `);
  expect(outcomeLine({ ...failed, source: name })).toBe(`${shown}: damaged\n`);
  expect(reportText([one], totalsOf([one], 9), 'out')).toContain(shown);
  expect(skippedText([{ name, reason: 'no picture' }])).toBe(`passed over ${shown}: no picture\n`);
});
