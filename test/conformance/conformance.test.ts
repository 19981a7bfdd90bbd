/**
 * The tables of conformance: their form, their pages, the figures of the README, and a sample of
 * their rows. `npm run conformance` asks them all.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { citationsOf, readRules } from '../support/citations.ts';
import {
  EXPECTATIONS,
  type Figures,
  figuresIn,
  figuresOf,
  isOfCorpus,
  judge,
  MOUNTS,
  openPlace,
  type Place,
  parseName,
  type Row,
  rateOf,
  readTables,
  type Step,
  stepsOf,
  TABLES,
  withFigures,
} from './index.mjs';

/** One row of so many is asked here. */
const SAMPLE = 16;

const rows = readTables();
const rules = readRules();
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const REQUEST_KEYS = ['source', 'query', 'target', 'mount', 'method', 'accept', 'headers', 'sign'];
const STEP_KEYS = new Set([...REQUEST_KEYS, 'upload', 'expect']);
const ROW_KEYS = new Set([
  ...STEP_KEYS,
  'id',
  'dialect',
  'sources',
  'copies',
  'then',
  'page',
  'why',
]);

function unknownKeys(value: object, known: ReadonlySet<string>): string[] {
  return Object.keys(value).filter((key) => !known.has(key));
}

/** Whether a page is a URL, or rules that exist. */
function leadsSomewhere(page: string): boolean {
  if (/^https:\/\/[\w.-]+\/\S*$/.test(page)) return true;
  const cited = citationsOf(page);
  return (
    cited.length > 0 &&
    cited.every(
      ({ page: name, sections }) =>
        sections.length > 0 && sections.every((section) => rules.get(name)?.has(section)),
    )
  );
}

/** The pictures that a row names. */
function picturesOf(row: Row): string[] {
  const copied = Object.keys(row.copies ?? {});
  return [row.source ?? [], row.sources ?? [], Object.values(row.copies ?? {})]
    .flat()
    .filter((name) => !copied.includes(name));
}

const idsOf = (some: readonly Row[]) => some.map(({ id }) => id);

describe('the tables', () => {
  test('have rows of all dialects, and ids that stand once', () => {
    expect([...new Set(rows.map(({ dialect }) => dialect))]).toEqual(Object.keys(TABLES));
    expect(rows.length).toBeGreaterThan(600);
    expect(new Set(idsOf(rows)).size).toBe(rows.length);
    expect(idsOf(rows.filter(({ id, dialect }) => !id.startsWith(`${dialect}.`)))).toEqual([]);
  });

  test('have keys and mounts that are known', () => {
    const steps = rows.flatMap((row): Step[] => [row, ...stepsOf(row)]);
    expect(rows.flatMap((row) => unknownKeys(row, ROW_KEYS))).toEqual([]);
    expect(rows.flatMap(stepsOf).flatMap((step) => unknownKeys(step, STEP_KEYS))).toEqual([]);
    expect(steps.flatMap(({ expect: wanted }) => unknownKeys(wanted, EXPECTATIONS))).toEqual([]);
    expect(steps.filter(({ mount }) => mount !== undefined && !(mount in MOUNTS))).toEqual([]);
    expect(idsOf(rows.filter(({ source, target }) => !source && !target))).toEqual([]);
  });

  test('say in a sentence what is documented, and where', () => {
    expect(idsOf(rows.filter(({ why }) => !/^.{8,160}\.$/.test(why)))).toEqual([]);
    expect(idsOf(rows.filter(({ page }) => !leadsSomewhere(page)))).toEqual([]);
  });

  test('a page that leads nowhere is seen', () => {
    const rule = (number: string) => `docs/spec/${'http'}.md ${number}`;
    expect(leadsSomewhere(rule('11.2'))).toBe(true);
    const wrong = [rule('11.99'), rule(''), rule('11.2').replace('http', 'ftp'), 'the page', ''];
    expect(wrong.filter(leadsSomewhere)).toEqual([]);
  });

  test('ask for pictures that are made, or that are of the corpus', () => {
    const plain =
      /^(text\.txt|empty\.jpg|signed-by-c2pa-rs\.jpg|link-out\.png|nothing-here\.\w+|no-such-picture\.jpg)$/;
    const unknown = rows
      .flatMap(picturesOf)
      .filter((name) => parseName(name) === undefined && !plain.test(name) && !isOfCorpus(name));
    expect(unknown).toEqual([]);
  });
});

describe('the figures of the README', () => {
  const figures = figuresIn(readme);

  test('are those of the tables', () => {
    const counted = figuresOf(rows.map((row) => ({ row, missing: [], complaints: [] })));
    expect(figures.map(({ name, rows: count }) => [name, count])).toEqual(
      counted.map(({ name, rows: count }) => [name, count]),
    );
  });

  test('are at least the bar', () => {
    const low = figures.filter(({ rows: asked, passed }) => rateOf({ asked, passed }) < 99);
    expect(low).toEqual([]);
  });

  test('are written between the markers, and nothing else is', () => {
    const changed: Figures[] = [{ table: 'imgix', name: 'imgix', rows: 9, asked: 8, passed: 7 }];
    const written = withFigures(readme, changed);
    expect(figuresIn(written)).toEqual([{ name: 'imgix', rows: 9, passed: 7 }]);
    expect(written).toContain('| imgix | 9 | 7 | 87.5 % |');
    const outside = (text: string) => text.replace(/<!-- conformance[\s\S]*<!-- \/conformance/, '');
    expect(outside(written)).toBe(outside(readme));
    expect(() => withFigures('no markers', changed)).toThrow('expected <!-- conformance');
  });
});

describe('a run', () => {
  const sample = rows
    .filter((row) => !picturesOf(row).some(isOfCorpus))
    .filter((_, i) => i % SAMPLE === 0);
  let place: Place;
  beforeAll(async () => {
    place = await openPlace({ corpus: '' });
  });
  afterAll(() => place.close());

  test.each(sample)('$id', async (row) => {
    expect((await place.run(row)).complaints).toEqual([]);
  });

  test('skips a row whose picture is not there, and counts it as not asked', async () => {
    const row = rows.find(({ source }) => source !== undefined && isOfCorpus(source)) as Row;
    const result = await place.run(row);
    expect(result).toMatchObject({ missing: [row.source], complaints: [] });
    const [figures] = figuresOf([result]).filter(({ table }) => table === row.dialect);
    expect(figures).toMatchObject({ rows: 1, asked: 0, passed: 0 });
  });

  /** Expectations that a card of 60 x 40, made half as wide, does not meet. */
  const wrong: Readonly<Record<string, unknown>> = {
    status: 404,
    headers: { 'content-type': 'text/html' },
    reason: 'Fine',
    bodyLength: 1,
    bodyMatch: 'no such text',
    bodyNotMatch: 'PNG',
    json: { width: 30 },
    origin: '/card-60x40.png',
    originHeaders: { accept: null },
    otherHeaders: ['no-such-header'],
    sameHeaders: ['etag'],
    format: ['jpeg', 'webp'],
    bytesMax: 10,
    bytesMaxOfSource: 0.01,
    sameBytesAsSource: true,
    smallerThan: { query: 'width=3' },
    sameBytesAs: { query: 'width=20' },
    width: 31,
    height: 21,
    pages: 2,
    alpha: true,
    meta: { isPalette: true },
    pixels: [{ at: [0, 0], rgb: [255, 0, 0] }],
    window: { left: 0, top: 0, width: 30, height: 40, of: [60, 40] },
    samePixelsAsSource: true,
    samePixelsAs: { query: 'width=30&orient=h' },
    brighterThan: { query: 'width=30&brightness=50' },
    smootherThan: { query: 'width=30&blur=3' },
    differsFrom: { query: 'width=30' },
  };

  test.each(Object.entries(wrong))('complains where %s is not met', async (key, value) => {
    const { complaints } = await place.run({
      ...(rows[0] as Row),
      source: 'card-60x40.png',
      query: 'width=30',
      expect: { [key]: value },
    });
    expect(complaints).toEqual([expect.stringContaining('GET /fastly/card-60x40.png?width=30')]);
  });

  test.each([
    ['card-61x40.png', { origin: null }],
    ['card-62x40.png', { originNot: '^/card' }],
  ])('complains of an origin that was asked for %s', async (name, wanted) => {
    const { complaints } = await place.run({
      ...(rows[0] as Row),
      dialect: 'imageoptim',
      target: `/fovea1/30/{origin}/${name}`,
      expect: wanted,
    });
    expect(complaints).toEqual([expect.stringContaining('the origin was asked for')]);
  });

  test.each(['connect ECONNREFUSED', 'at render (engine.js:12:3)', '<!doctype html><html>'])(
    'complains of an error that says too much: %s',
    async (text) => {
      const answer = { status: 500, headers: {}, body: Buffer.from(text) };
      const complaints = await judge({ answer, expect: { status: 500, discreet: true } });
      expect(complaints).toHaveLength(1);
    },
  );

  test('every check is seen to fail', () => {
    const settings = ['sizeTolerance', 'pixelTolerance', 'differsBy'];
    const elsewhere = ['originNot', 'discreet'];
    const seen = [...Object.keys(wrong), ...settings, ...elsewhere];
    expect(seen.sort()).toEqual([...EXPECTATIONS].sort());
  });
});
