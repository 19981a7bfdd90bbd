/** The generated pages in docs/reference/ are those of the tables, and their pictures those of this build. */
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';

interface Example {
  readonly query: string;
  readonly size: readonly [width: number, height: number];
  readonly video?: 'mp4' | 'webm';
}

// Built code on purpose: the pages come from what ships.
const { pages } = (await import('../scripts/reference.mjs' as string)) as {
  pages(): Record<string, string>;
};
const { EXAMPLES, fileOf } = (await import('../scripts/reference/examples.mjs' as string)) as {
  EXAMPLES: Readonly<Record<string, readonly Example[]>>;
  fileOf(page: string, example: Example): string;
};
const { referencePictures, difference, isPossible, SAME } = (await import(
  '../scripts/reference/pictures.mjs' as string
)) as {
  referencePictures(): Promise<Readonly<Record<string, Uint8Array>>>;
  difference(one: Uint8Array, two: Uint8Array): Promise<number>;
  /** Whether this machine has what it takes: a video needs an encoder. */
  isPossible(example: Example): boolean;
  readonly SAME: number;
};

const file = (name: string) => new URL(`../docs/reference/${name}`, import.meta.url);

describe('docs/reference', () => {
  test.each(Object.entries(pages()))('%s is up to date (npm run docs)', (name, page) => {
    expect(readFileSync(file(name), 'utf8')).toBe(page);
  });
});

describe('docs/reference/pictures', () => {
  let made: Readonly<Record<string, Uint8Array>>;
  beforeAll(async () => {
    made = await referencePictures();
  }, 180_000);

  test('are those of the examples, each of a few kilobytes', () => {
    const others = Object.entries(EXAMPLES).flatMap(([page, examples]) =>
      examples.filter((one) => !isPossible(one)).map((one) => fileOf(page, one)),
    );
    const expected = [...Object.keys(made), ...others].sort();
    expect(readdirSync(file('pictures')).sort()).toEqual(expected);
    for (const name of expected) {
      expect(readFileSync(file(`pictures/${name}`)).length).toBeLessThan(12_000);
    }
  });

  test('show what this build makes (npm run docs)', async () => {
    for (const [name, bytes] of Object.entries(made)) {
      const known = readFileSync(file(`pictures/${name}`));
      expect(await difference(known, bytes), name).toBeLessThan(SAME);
    }
  });

  test.each(
    Object.entries(EXAMPLES).flatMap(([page, examples]) =>
      examples.map((example) => ({ page, ...example })),
    ),
  )('$page $query has the size it asks for', async ({ page, ...example }) => {
    const name = fileOf(page, example);
    const bytes = made[name] ?? readFileSync(file(`pictures/${name}`));
    const { width, height } = await sharp(bytes).metadata();
    expect([width, height]).toEqual(example.size);
  });
});
