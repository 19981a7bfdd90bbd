/**
 * `fovea compare`: the score is the metric's, and the map shows what differs where it differs.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompareReport } from '../src/cli/compare/compare.ts';
import { card, noise } from './support/pictures.ts';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fovea-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compare(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'compare', ...args], {
    ...{ cwd: folder, encoding: 'utf8', timeout: 50_000 },
  });
  return { status, stdout, stderr };
}

const report = (...args: string[]): CompareReport => JSON.parse(compare(...args, '--json').stdout);

beforeAll(async () => {
  const leaves = fileURLToPath(new URL('pictures/leaves.jpg', import.meta.url));
  const whole = sharp(leaves).resize(512, 384, { fit: 'cover' });
  const png = await whole.png().toBuffer();
  writeFileSync(join(folder, 'whole.png'), png);
  for (const quality of [20, 90]) {
    writeFileSync(join(folder, `q${quality}.jpg`), await sharp(png).jpeg({ quality }).toBuffer());
  }
  writeFileSync(
    join(folder, 'half.webp'),
    await sharp(png).resize(256).webp({ quality: 90 }).toBuffer(),
  );
  // Damaged in its lower right quarter alone
  const spot = await noise(128, 96).png().toBuffer();
  const spoilt = await sharp(png)
    .composite([{ input: spot, left: 320, top: 240 }])
    .png()
    .toBuffer();
  writeFileSync(join(folder, 'spoilt.png'), spoilt);
  const turned = await sharp(png).rotate(90).withMetadata({ orientation: 8 }).png().toBuffer();
  writeFileSync(join(folder, 'turned.png'), turned);
  writeFileSync(join(folder, 'small.png'), await card(9, 7).png().toBuffer());
  writeFileSync(join(folder, 'text.txt'), 'words');
});

describe('the comparison', () => {
  test('is 100 for the same pixels, whatever the file says of its orientation', () => {
    expect(report('whole.png', 'whole.png')).toMatchObject({ score: 100, percent: 100 });
    expect(report('whole.png', 'turned.png')).toMatchObject({
      score: 100,
      picture: { width: 512, height: 384, format: 'png' },
    });
  });

  test('orders pictures as they look, and says so', () => {
    const [poor, fine] = [report('whole.png', 'q20.jpg'), report('whole.png', 'q90.jpg')];
    expect(poor.score).toBeLessThan(fine.score - 15);
    expect(poor.worst).toBeLessThanOrEqual(poor.score);
    expect(poor.percent).toBeLessThan(fine.percent);
    const { stdout, status } = compare('whole.png', 'q20.jpg', '--at-least', '90');
    expect(stdout).toMatch(/^score +[\d.]+ \((?:low|medium|high) quality\)$/m);
    expect(status).toBe(1);
    expect(compare('whole.png', 'q90.jpg', '--at-least', '60').status).toBe(0);
  });

  test('brings the original to the size of what was made of it', () => {
    const half = report('whole.png', 'half.webp');
    expect(half).toMatchObject({ resized: true, picture: { width: 256, height: 192 } });
    expect(half.score).toBeGreaterThan(60);
  });

  test.each([
    [['whole.png', 'text.txt'], 1, 'Expected an image'],
    [['whole.png', 'nowhere.png'], 1, 'Cannot use'],
    [['whole.png', 'q90.jpg', '--heat-map', 'q90.jpg'], 2, 'a file of its own'],
    [['whole.png', 'q90.jpg', '--at-least', 'good'], 2, '--at-least'],
  ] as const)('%j fails with %i', (args, code, words) => {
    const { status, stderr } = compare(...args);
    expect(stderr).toContain(words);
    expect(status).toBe(code);
  });
});

describe('the heat map', () => {
  /** How colored a region is, 0 to 255: the mean of the largest less the smallest channel. */
  async function heat(file: string, left: number, top: number): Promise<number> {
    const region = { left, top, width: 64, height: 64 };
    const { data } = await sharp(join(folder, file))
      .extract(region)
      .raw()
      .toBuffer({ resolveWithObject: true });
    let sum = 0;
    for (let i = 0; i < data.length; i += 3) {
      const [red = 0, green = 0, blue = 0] = data.subarray(i, i + 3);
      sum += Math.max(red, green, blue) - Math.min(red, green, blue);
    }
    return sum / (data.length / 3);
  }

  test('is warm where a picture is spoilt and grey where it is not', async () => {
    expect(report('whole.png', 'spoilt.png', '--heat-map', 'map.png').heatMap).toBe('map.png');
    const { width, height, format } = await sharp(join(folder, 'map.png')).metadata();
    expect([format, width, height]).toEqual(['png', 512, 384]);
    expect(await heat('map.png', 352, 256)).toBeGreaterThan(100);
    expect(await heat('map.png', 0, 0)).toBeLessThan(2);
  });

  test('is grey all over for the same picture, and there for a tiny one', async () => {
    compare('whole.png', 'whole.png', '--heat-map', 'same.png');
    expect(await heat('same.png', 200, 100)).toBeLessThan(1);
    expect(compare('small.png', 'small.png', '--heat-map', 'tiny.png').status).toBe(0);
    expect((await sharp(readFileSync(join(folder, 'tiny.png'))).metadata()).width).toBe(9);
  });
});
