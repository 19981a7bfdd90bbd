/** docs/color.md says what this build does, and its pictures are those that it makes. */
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';

interface Made {
  readonly page: string;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

const { colorPage } = (await import('../scripts/color-page.mjs' as string)) as {
  colorPage(): Promise<Made>;
};
const docs = (name: string) => new URL(`../docs/${name}`, import.meta.url);

describe('docs/color.md', () => {
  let made: Made;
  beforeAll(async () => {
    made = await colorPage();
  }, 60_000);

  test('is up to date (npm run docs)', () => {
    expect(readFileSync(docs('color.md'), 'utf8')).toBe(made.page);
    expect(readdirSync(docs('color')).sort()).toEqual(Object.keys(made.pictures).sort());
  });

  test('keeps Display P3 to the level where its profile is kept', async () => {
    const levels = (bytes: Uint8Array) =>
      sharp(bytes, { ignoreIcc: true }).removeAlpha().raw().toBuffer();
    const kept = await levels(made.pictures['patches-kept.png']!);
    expect(Buffer.compare(kept, await levels(made.pictures['patches-source.png']!))).toBe(0);
    expect((await sharp(made.pictures['patches-kept.png']).metadata()).icc).toBeDefined();
  });

  test('says the same color in every space, where that space has it', async () => {
    // Each read through its own profile; the last three patches are inside all of them.
    const shown = async (name: string) => {
      const { data, info } = await sharp(made.pictures[name])
        .toColorspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return [3, 4, 5].map((patch) => {
        const at = (12 * info.width + patch * 24 + 12) * 3;
        return [...data.subarray(at, at + 3)];
      });
    };
    const wanted = await shown('patches-source.png');
    const names = Object.keys(made.pictures).filter((name) => !name.includes('strip'));
    expect(names.length).toBe(5);
    for (const name of names) {
      const found = await shown(name);
      found.flat().forEach((level, i) => {
        expect(Math.abs(level - wanted.flat()[i]!), `${name} ${found}`).toBeLessThanOrEqual(2);
      });
    }
  });
});
