/** The ledger against the list of all that was counted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rendition } from '../exchange.suite.ts';
import {
  addAnswer,
  addCounts,
  type CountedPicture,
  countedPicture,
  noCounts,
  type SavingsCounts,
} from './savings-counts.ts';
import {
  type DayCounts,
  dayBefore,
  dayOf,
  MOST_DAYS,
  OTHER_SOURCES,
  SavingsLedger,
} from './savings-ledger.ts';

const START = Date.UTC(2026, 10, 30, 23, 0, 0);
const HOUR = 3_600_000;

const size = fc.integer({ min: 1, max: 5_000_000 });
const picture: fc.Arbitrary<CountedPicture> = fc.record(
  { bytes: size, sourceBytes: size, fixedBytes: size, measured: fc.constant<true>(true) },
  { requiredKeys: ['bytes', 'sourceBytes'] },
);
const event = fc.record({
  source: fc.constantFrom('shop', 'blog', 'press'),
  later: fc.constantFrom(0, 1, 1000, HOUR, 30 * HOUR),
  what: fc.oneof(
    picture.map((given) => ({ kind: 'hit' as const, picture: given })),
    fc.record({ kind: fc.constant('answer' as const), hit: fc.boolean(), bytes: size }),
    fc.constant({ kind: 'look' as const }),
    fc.constant({ kind: 'take' as const }),
  ),
});

/** Days as plain data, whatever order they came in. */
const plain = (days: DayCounts) =>
  Object.fromEntries(
    [...days].map(([day, sources]) => [
      day,
      Object.fromEntries([...sources].map(([source, counts]) => [source, { ...counts }])),
    ]),
  );

/** Counts by day and source, from the list of all that was counted. */
function booked(list: readonly (readonly [day: string, source: string, more: SavingsCounts])[]) {
  const all: Record<string, Record<string, SavingsCounts>> = {};
  for (const [day, source, more] of list) {
    const sum = { ...(all[day]?.[source] ?? noCounts()) };
    addCounts(sum, more);
    all[day] = { ...all[day], [source]: sum };
  }
  return all;
}

/** What a whole hit counts, said apart from the ledger. */
const ofHit = ({ bytes, sourceBytes, fixedBytes, measured }: CountedPicture): SavingsCounts => ({
  ...{ hits: 1, misses: 0, notModified: 0, hitBytes: bytes, missBytes: 0 },
  originalBytes: sourceBytes,
  comparedBytes: fixedBytes === undefined ? 0 : bytes,
  fixedBytes: fixedBytes ?? 0,
  measuredBytes: measured && fixedBytes ? fixedBytes : 0,
});

describe('the ledger', () => {
  test('has for each day and source the sum of what was counted then', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let now = START;
        const ledger = new SavingsLedger(now);
        const taken: DayCounts = new Map();
        const list: [string, string, SavingsCounts][] = [];
        const collect = () => {
          for (const [day, sources] of ledger.take(now)) {
            for (const [source, counts] of sources) {
              const sum = { ...(taken.get(day)?.get(source) ?? noCounts()) };
              addCounts(sum, counts);
              taken.set(day, new Map([...(taken.get(day) ?? []), [source, sum]]));
            }
          }
        };
        for (const { source, later, what } of events) {
          now += later;
          if (what.kind === 'hit') {
            ledger.hit(ledger.account(source), what.picture, now);
            list.push([dayOf(now), source, ofHit(what.picture)]);
          } else if (what.kind === 'answer') {
            const { hit, bytes } = what;
            const cache = { hit, stored: true, collapsed: false };
            const result = { width: 9, height: 9, format: 'webp' as const, bytes };
            ledger.answered(
              source,
              { status: 200, bytes, rendition: rendition({ cache, result }) },
              now,
            );
            const counts = ofHit({ bytes, sourceBytes: 50_000 });
            list.push([
              dayOf(now),
              source,
              hit ? counts : { ...counts, hits: 0, hitBytes: 0, misses: 1, missBytes: bytes },
            ]);
          } else if (what.kind === 'look') ledger.sums(now);
          else collect();
        }
        collect();
        expect(plain(taken)).toEqual(booked(list));
        const bySource = booked(list.map(([, source, counts]) => ['all', source, counts]));
        expect(Object.fromEntries(ledger.sums(now))).toEqual(bySource.all ?? {});
      }),
    );
  });

  test('turns at midnight of UTC, to the millisecond', () => {
    const midnight = Date.UTC(2026, 11, 1);
    const ledger = new SavingsLedger(START);
    const account = ledger.account('shop');
    ledger.hit(account, { bytes: 1, sourceBytes: 2 }, midnight - 1);
    ledger.hit(account, { bytes: 10, sourceBytes: 20 }, midnight);
    expect(plain(ledger.take(midnight + HOUR))).toEqual({
      '2026-11-30': { shop: ofHit({ bytes: 1, sourceBytes: 2 }) },
      '2026-12-01': { shop: ofHit({ bytes: 10, sourceBytes: 20 }) },
    });
  });

  test('has a bound for sources: what is beyond is counted together, and nothing is lost', () => {
    const ledger = new SavingsLedger(START);
    for (let index = 0; index < 1500; index++) {
      ledger.hit(ledger.account(`s${index}`), { bytes: 1, sourceBytes: 1 }, START);
    }
    const sums = ledger.sums(START);
    expect(sums.size).toBe(1001);
    expect(sums.get(OTHER_SOURCES)?.hits).toBe(500);
  });

  test('keeps what could not be written, but not for ever', () => {
    const ledger = new SavingsLedger(START);
    let now = START;
    for (let day = 0; day < MOST_DAYS + 50; day++) {
      ledger.hit(ledger.account('shop'), { bytes: 1, sourceBytes: 1 }, now);
      ledger.giveBack(ledger.take(now));
      now += 24 * HOUR;
    }
    const days = [...ledger.pending(now).keys()].sort();
    expect(days).toHaveLength(MOST_DAYS);
    expect(days[0]).toBe(dayBefore(dayOf(now - 24 * HOUR), MOST_DAYS - 1));
  });
});

describe('an answer counts', () => {
  const counts = (end: Parameters<typeof addAnswer>[1]) => {
    const sum = noCounts();
    addAnswer(sum, end);
    return Object.fromEntries(Object.entries(sum).filter(([, value]) => value !== 0));
  };
  const miss = { hit: false, stored: true, collapsed: false };
  const whole = rendition({ cache: miss });

  test.each<[string, Parameters<typeof addAnswer>[1], object]>([
    [
      'a miss',
      { status: 200, bytes: 1000, rendition: whole },
      { misses: 1, missBytes: 1000, originalBytes: 50_000 },
    ],
    [
      'a part as that part of the original',
      { status: 206, bytes: 250, rendition: whole },
      { misses: 1, missBytes: 250, originalBytes: 12_500 },
    ],
    ['a 304 apart', { status: 304, bytes: 0, rendition: whole }, { notModified: 1 }],
    ['no HEAD', { status: 200, bytes: 0, rendition: whole }, {}],
    ['no error', { status: 404, bytes: 100 }, {}],
    ['no failed condition', { status: 412, bytes: 100, rendition: whole }, {}],
    [
      'no data',
      { status: 200, bytes: 90, rendition: rendition({ mediaType: 'application/json' }) },
      {},
    ],
    [
      'the source in place of an error, which saves nothing',
      { status: 200, bytes: 700, fallback: 'source' },
      { misses: 1, missBytes: 700, originalBytes: 700 },
    ],
    ['no picture in place of an error', { status: 200, bytes: 700, fallback: 'picture' }, {}],
  ])('%s', (_, end, expected) => {
    expect(counts(end)).toEqual(expected);
  });

  test('nothing of a rendition whose facts are no numbers', () => {
    const source = { ...whole.source, bytes: Number.NaN };
    expect(countedPicture(rendition({ source }))).toBeUndefined();
  });
});
