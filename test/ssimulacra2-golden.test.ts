/**
 * The metric against golden scores: 99 synthetic pairs, and 36 photos where
 * the Kodak pictures are at hand (`KODAK=<folder>`) and sharp still makes the
 * same bytes from them; the rest are reported as skipped.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Ssimulacra2 } from '../src/metrics/ssimulacra2.ts';
import { DISTORTIONS, PICTURES } from './support/golden-pictures.ts';
import { builtMetric, still } from './support/metric.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const golden = JSON.parse(readFileSync(join(here, 'data/ssimulacra2-golden.json'), 'utf8')) as {
  readonly synthetic: readonly string[];
  readonly photos: readonly string[];
};
const kodak = process.env.KODAK ?? join(here, '../../shared/corpus/photos');

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

let metric: Ssimulacra2;
beforeAll(async () => {
  // the golden scores of small pictures follow the definition, slipped weights and all
  metric = await builtMetric({ extend: false });
});

/** 0.05 of the exact score below 95, 0.25 above; the program's own reading lies 0.1 over to 1.6 under. */
function expectScore(score: number, program: number, exact: number): void {
  expect(Math.abs(score - exact)).toBeLessThan(exact < 95 ? 0.05 : 0.25);
  expect(score - program).toBeGreaterThan(-0.1);
  expect(score - program).toBeLessThan(1.6);
}

describe('synthetic pairs have their golden score', () => {
  test.each(golden.synthetic)('%s', (row) => {
    const [name, size, how, strength, referenceHash, candidateHash, program, exact] = row.split(
      ' ',
    ) as [keyof typeof PICTURES, string, keyof typeof DISTORTIONS, ...string[]];
    const [width, height] = size.split('x').map(Number) as [number, number];
    const reference = PICTURES[name](width, height);
    const candidate = DISTORTIONS[how](reference, Number(strength));
    expect([hash(reference.data), hash(candidate.data)]).toEqual([referenceHash, candidateHash]);
    metric.setReference(still(reference));
    expectScore(metric.compare(still(candidate)).score, Number(program), Number(exact));
  });
});

describe('photos have their golden score', () => {
  test.for(golden.photos)('%s', async (row, { skip }) => {
    const [, file, referenceHash, candidateHash, program, exact, encoder, settings] = row.match(
      /^(\S+) (\S+) (\S+) (\S+) (\S+) (\w+) (.*)$/,
    )! as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
      'jpeg' | 'webp' | 'avif',
      string,
    ];
    const path = join(kodak, file);
    if (!existsSync(path)) return skip('the photo is not at hand');
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
    if (hash(data) !== referenceHash) return skip('the photo is another one');
    const encoded = await sharp(path)[encoder](JSON.parse(settings)).toBuffer();
    const decoded = await sharp(encoded).raw().toBuffer();
    if (hash(decoded) !== candidateHash) return skip('sharp makes other bytes than 0.35.5 did');
    metric.setReference(still({ ...info, data }));
    expectScore(
      metric.compare(still({ ...info, data: decoded })).score,
      Number(program),
      Number(exact),
    );
  });
});
