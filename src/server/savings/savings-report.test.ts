/** What is said of counts: sums, money, and words for people. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noCounts, type SavingsCounts } from './savings-counts.ts';
import { savingsPage } from './savings-page.ts';
import { fixedFactor, type ReportSettings, savingsReport } from './savings-report.ts';
import { bytesText, moneyText, shareText } from './savings-text.ts';

const counts = (fields: Partial<SavingsCounts>): SavingsCounts => ({ ...noCounts(), ...fields });
const SHOP = counts({
  ...{ hits: 3, misses: 1, hitBytes: 30e9, missBytes: 10e9, originalBytes: 140e9 },
  ...{ comparedBytes: 20e9, fixedBytes: 50e9, measuredBytes: 40e9 },
});
const BLOG = counts({ misses: 1, missBytes: 5e9, originalBytes: 4e9 });
const DAYS = new Map([
  ['2026-11-29', new Map([['shop', SHOP]])],
  [
    '2026-11-30',
    new Map([
      ['shop', SHOP],
      ['blog', BLOG],
    ]),
  ],
]);
const settings = (fields: Partial<ReportSettings> = {}): ReportSettings => ({
  quality: 80,
  priceOf: () => undefined,
  ...fields,
});

describe('the report', () => {
  test('adds up sources and days, those without answers included', () => {
    const report = savingsReport(DAYS, '2026-11-30', 3, settings());
    expect([report.from, report.to]).toEqual(['2026-11-28', '2026-11-30']);
    expect(report.days.map(({ day, savedBytes }) => [day, savedBytes])).toEqual([
      ['2026-11-28', 0],
      ['2026-11-29', 100e9],
      ['2026-11-30', 99e9],
    ]);
    expect(report.sources.map(({ source, savedBytes }) => [source, savedBytes])).toEqual([
      ['shop', 200e9],
      ['blog', -1e9],
    ]);
    expect(report.all).toEqual({
      answers: { hit: 6, miss: 3, notModified: 0 },
      sentBytes: { hit: 60e9, miss: 25e9, all: 85e9 },
      originalBytes: 284e9,
      savedBytes: 199e9,
      fixedQuality: { sentBytes: 40e9, jpegBytes: 100e9, savedBytes: 60e9, measured: 0.8 },
    });
  });

  test('has only the days it is about', () => {
    expect(savingsReport(DAYS, '2026-11-29', 1, settings()).all.originalBytes).toBe(140e9);
  });

  test('pays each source at its price, and adds up each currency by itself', () => {
    const priceOf = (source: string) =>
      source === 'shop' ? { amount: 0.5, currency: 'USD' } : { amount: 2, currency: 'EUR' };
    const { all, sources } = savingsReport(DAYS, '2026-11-30', 2, settings({ priceOf }));
    expect(all.money).toEqual({
      saved: { USD: 100, EUR: -2 },
      savedAgainstFixedQuality: { USD: 30, EUR: 0 },
    });
    expect(sources[0]).toMatchObject({ pricePerGB: { amount: 0.5, currency: 'USD' } });
  });

  test('has no money without a price', () => {
    expect(savingsReport(DAYS, '2026-11-30', 2, settings()).all).not.toHaveProperty('money');
  });

  test('of another quality takes the mean curve, and calls nothing of it measured', () => {
    expect(fixedFactor(80)).toBe(1);
    expect(fixedFactor(90)).toBeGreaterThan(1.3);
    expect(fixedFactor(60)).toBeLessThan(0.75);
    const { all } = savingsReport(DAYS, '2026-11-30', 2, settings({ quality: 90 }));
    expect(all.fixedQuality.jpegBytes).toBe(Math.round(100e9 * fixedFactor(90)));
    expect(all.fixedQuality.measured).toBe(0);
  });
});

describe('the page', () => {
  const html = (days: typeof DAYS, facts = { severalNodes: false }) =>
    new TextDecoder().decode(
      savingsPage(savingsReport(days, '2026-11-30', 30, settings()), facts).body as Uint8Array,
    );

  test('says so where nothing was sent, and draws nothing', () => {
    const empty = html(new Map());
    expect(empty).toContain('No pictures were sent in this time.');
    expect(empty).not.toContain('class="plot"');
  });

  test('draws a bar for each day with answers, none longer than the plot', () => {
    const [drawing = ''] = html(DAYS).split('<ul class="legend">');
    const bars = [
      ...drawing.matchAll(
        /<rect class="(sent|saved)" x="[\d.]+" y="([\d.]+)" width="8" height="([\d.]+)"/g,
      ),
    ];
    expect(bars.map(([, name]) => name)).toEqual(['saved', 'sent', 'saved', 'sent']);
    for (const [, , y, height] of bars) {
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y) + Number(height)).toBeLessThanOrEqual(200);
    }
  });

  test('says whose figures it shows, where there are other nodes', () => {
    expect(html(DAYS)).not.toContain('this node');
    expect(html(DAYS, { severalNodes: true })).toContain('figures of this node alone');
  });

  test('escapes what stands in files', () => {
    const days = new Map([['2026-11-30', new Map([['<b>&"', SHOP]])]]);
    expect(html(days)).not.toContain('<b>&');
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [9994, '9.99 kB'],
  [99_949, '99.9 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [-1_234_000, '−1.23 MB'],
  [5e18, '5000 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [1, 2, '50 %'],
  [-1, 2, '−50 %'],
  [1, 0, '–'],
])('%d of %d is %s', (part, whole, text) => {
  expect(shareText(part, whole)).toBe(text);
});

test.each([
  [{}, '–'],
  [{ USD: 1234.5 }, '$1,234.50'],
  [{ EUR: 0.000012 }, '€0.000012'],
  [{ EUR: 1, USD: -2 }, '€1.00 + -$2.00'],
])('%j is %s', (sums, text) => {
  expect(moneyText(sums)).toBe(text);
});

test('the page says no smaller errors of the estimate than were measured', () => {
  const table = readFileSync(
    new URL('../../../bench/results/fixed-quality.md', import.meta.url),
    'utf8',
  );
  const worst = (kind: string, column: number) =>
    Math.max(
      ...table
        .split('\n')
        .filter((line) => line.startsWith(`| ${kind}, estimated`))
        .map((line) => Number(/[\d.]+/.exec(line.split('|')[column] ?? '')?.[0])),
    );
  const page = savingsPage(savingsReport(DAYS, '2026-11-30', 1, settings()), {
    severalNodes: false,
  });
  const said = new TextDecoder().decode(page.body as Uint8Array);
  const [, half, most, halfDrawn, mostDrawn, sums] =
    /within (\d+) % .*? within (\d+) % for nine of ten, for drawings within (\d+) % and (\d+) %; .*? within (\d+) %/.exec(
      said,
    ) ?? [];
  const measured = (['photos', 'graphics'] as const).map((kind) => [
    worst(kind, 3),
    worst(kind, 4),
  ]);
  expect([half, most, halfDrawn, mostDrawn]).toEqual(
    measured.flat().map((one) => `${Math.ceil(one)}`),
  );
  expect(Number(sums)).toBe(Math.ceil(Math.max(worst('photos', 6), worst('graphics', 6))));
});

test('the sample in docs/savings.md has the shape of a report', () => {
  const text = readFileSync(new URL('../../../docs/savings.md', import.meta.url), 'utf8');
  const [, sample = ''] = /^## The JSON\n\n((?: {4}.*\n)+)/m.exec(text) ?? [];
  const shown = JSON.parse(sample) as Record<string, Record<string, object>>;
  const priceOf = () => ({ amount: 0.08, currency: 'USD' });
  const report = savingsReport(DAYS, '2026-11-30', 30, settings({ priceOf }));
  const keysOf = (value: object): unknown =>
    Object.entries(value).map(([name, inner]) =>
      typeof inner === 'object' ? [name, keysOf(inner as object)] : name,
    );
  expect(Object.keys(shown)).toEqual(Object.keys(report));
  expect(keysOf(shown.all ?? {})).toEqual(keysOf(report.all));
  expect(Object.keys(report.sources[0] ?? {})).toEqual(
    expect.arrayContaining(Object.keys((shown.sources as unknown as object[])[0] ?? {})),
  );
  const { sentBytes, originalBytes, savedBytes, fixedQuality } = shown.all as unknown as Pick<
    typeof report.all,
    'sentBytes' | 'originalBytes' | 'savedBytes' | 'fixedQuality'
  >;
  expect(sentBytes.hit + sentBytes.miss).toBe(sentBytes.all);
  expect(originalBytes - sentBytes.all).toBe(savedBytes);
  expect(fixedQuality.jpegBytes - fixedQuality.sentBytes).toBe(fixedQuality.savedBytes);
});
