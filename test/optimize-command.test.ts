/**
 * `fovea optimize` as a process: what it makes of a folder, what it leaves alone, and that a run that is
 * killed leaves no half file and is gone on with.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtMetric, still } from './support/metric.ts';
import { card, noise } from './support/pictures.ts';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fovea-optimize-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own. */
function place(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const env = { PATH: process.env.PATH ?? '', TMPDIR: folder };

function optimize(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'optimize', ...args], {
    ...{ cwd, encoding: 'utf8', env, timeout: 110_000 },
  });
  return { status, stdout, stderr };
}

/** SSIMULACRA 2 of a picture against another. */
async function scoreOf(reference: Uint8Array, picture: Uint8Array): Promise<number> {
  const [before, after] = await Promise.all([reference, picture].map(pixelsOf));
  if (before === undefined || after === undefined) throw new Error('expected two pictures');
  const metric = await builtMetric();
  metric.setReference(still(before));
  return metric.compare(still(after)).score;
}

async function pixelsOf(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** All files below a folder, with slashes. */
const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();

const photo = (width = 320, height = 240) => card(width, height).jpeg({ quality: 97 }).toBuffer();

interface Report {
  readonly results: readonly {
    readonly status: string;
    readonly source: string;
    readonly file?: string;
    readonly before: number;
    readonly after?: number;
    readonly score?: number;
    readonly note?: string;
  }[];
  readonly totals: Readonly<Record<string, number>>;
}

const report = (text: string): Report => JSON.parse(text);

describe('a folder of pictures', () => {
  const cwd = place('plain');
  let first: ReturnType<typeof optimize>;
  beforeAll(async () => {
    mkdirSync(join(cwd, 'sub'));
    mkdirSync(join(cwd, 'node_modules'));
    writeFileSync(join(cwd, 'photo.jpg'), await photo());
    writeFileSync(join(cwd, 'sub/other.png'), await card(200, 100).png().toBuffer());
    writeFileSync(join(cwd, 'node_modules/hidden.jpg'), await photo(64, 64));
    writeFileSync(join(cwd, 'notes.txt'), 'no picture');
    writeFileSync(join(cwd, 'claims.jpg'), 'neither, whatever it is called');
    symlinkSync(join(cwd, 'photo.jpg'), join(cwd, 'link.jpg'));
    first = optimize(cwd, '.', '--jobs', '2', '--json');
  });

  test('becomes the same folder beside it, each picture in fewer bytes at the target', async () => {
    expect(first.stderr).toContain('passed over claims.jpg: no picture\n');
    expect(first.stderr).toContain(
      'passed over link.jpg: a symbolic link, which is not followed\n',
    );
    expect(first.status).toBe(0);
    expect(filesOf(join(cwd, 'fovea-optimized')).filter((name) => !name.endsWith('.json'))).toEqual(
      report(first.stdout).results.map(({ file }) => file),
    );
    for (const { source, file = '', before, after } of report(first.stdout).results) {
      const made = readFileSync(join(cwd, 'fovea-optimized', file));
      const original = readFileSync(join(cwd, source));
      expect([source, made.length, original.length]).toEqual([source, after, before]);
      expect(made.length).toBeLessThan(original.length);
      // The mode of a file that others read
      expect(statSync(join(cwd, 'fovea-optimized', file)).mode & 0o444).toBe(0o444);
      const score = await scoreOf(original, made);
      expect(score).toBeGreaterThan(73);
    }
  });

  test('is not worked on twice, nor are the results', () => {
    const again = optimize(cwd, '.', '--json');
    expect(report(again.stdout).results.map(({ status }) => status)).toEqual(['there', 'there']);
    expect(again.status).toBe(0);
  });

  test('is made again with another effort', async () => {
    const other = place('efforts');
    writeFileSync(join(other, 'a.png'), await card(60, 40).png().toBuffer());
    const statuses = (...flags: string[]) =>
      report(optimize(other, '.', '--format', 'webp', '--json', ...flags).stdout).results.map(
        ({ status }) => status,
      );
    expect(statuses()).toEqual(['made']);
    expect(statuses('--effort', 'fast')).toEqual(['made']);
    expect(statuses('--effort', 'fast')).toEqual(['there']);
    expect(statuses('--effort', 'balanced')).toEqual(['made']);
  });

  test('has a result made again that is gone, and says whose file it will not replace', () => {
    const [{ file: gone = '' } = {}, { file: edited = '' } = {}] = report(first.stdout).results;
    rmSync(join(cwd, 'fovea-optimized', gone));
    writeFileSync(join(cwd, 'fovea-optimized', edited), 'by hand');
    const again = optimize(cwd, '.', '--json');
    expect(report(again.stdout).results.map(({ status }) => status)).toEqual(['made', 'failed']);
    expect(again.stderr).toContain('--force replaces it');
    expect(again.status).toBe(1);
    expect(readFileSync(join(cwd, 'fovea-optimized', edited), 'utf8')).toBe('by hand');
    expect(optimize(cwd, '.', '--force').status).toBe(0);
    expect(readFileSync(join(cwd, 'fovea-optimized', edited)).length).toBeGreaterThan(7);
  });
});

describe('sizes, formats and names', () => {
  const cwd = place('sizes');
  beforeAll(async () => {
    writeFileSync(join(cwd, 'a.jpg'), await photo());
    writeFileSync(join(cwd, 'a.png'), await card(90, 60).png().toBuffer());
  });

  test('a result per format and width, no wider than the picture, and names told apart', async () => {
    const flags = ['--format', 'webp,jpg', '--width', '100,200,1600,3000', '--json'];
    const { status, stdout, stderr } = optimize(cwd, '.', ...flags);
    expect(stderr).toContain('keep the whole name of their picture: a.jpg, a.png\n');
    expect(status).toBe(0);
    const made = report(stdout).results.map(({ file = '' }) => file);
    expect(made.filter((file) => file.startsWith('a.jpg')).sort()).toEqual([
      ...['a.jpg-100.jpg', 'a.jpg-100.webp', 'a.jpg-200.jpg', 'a.jpg-200.webp'],
      ...['a.jpg-320.jpg', 'a.jpg-320.webp'],
    ]);
    expect(made.filter((file) => file.startsWith('a.png')).length).toBe(2);
    const size = await sharp(join(cwd, 'fovea-optimized/a.jpg-200.webp')).metadata();
    expect([size.width, size.height, size.format]).toEqual([200, 150, 'webp']);
    const again = optimize(cwd, '.', ...flags);
    expect(new Set(report(again.stdout).results.map((one) => one.status))).toEqual(
      new Set(['there']),
    );
    expect(report(again.stdout).results).toHaveLength(made.length);
  });

  test('a picture that no format makes smaller is kept and named so', async () => {
    const tiny = place('tiny');
    // What is coded badly already has nothing to give
    writeFileSync(join(tiny, 'poor.jpg'), await noise(64, 64).jpeg({ quality: 1 }).toBuffer());
    const { stdout } = optimize(tiny, 'poor.jpg', '--format', 'png', '--json');
    const [{ file, before = 0, after = 0, note } = {}] = report(stdout).results;
    expect([file, after <= before]).toEqual(['poor.jpg', true]);
    expect(note).toMatch(/^kept as jpeg/);
  });

  test('never takes the place of a picture', async () => {
    const own = place('own');
    const bytes = await photo();
    writeFileSync(join(own, 'a.jpg'), bytes);
    const { status, stderr } = optimize(
      own,
      'a.jpg',
      '--out',
      '.',
      '--format',
      'source',
      '--force',
    );
    expect(stderr).toContain('a.jpg would take the place of a picture');
    expect(status).toBe(1);
    expect(readFileSync(join(own, 'a.jpg')).equals(bytes)).toBe(true);
    // Beside it is a good place
    expect(optimize(own, '.', '--out', '.', '--format', 'webp').status).toBe(0);
    expect(optimize(own, '.', '--out', '.', '--format', 'webp', '--json').stdout).not.toContain(
      '"source": "a.webp"',
    );
  });
});

describe('a check', () => {
  test('fails above its threshold and writes nothing', async () => {
    const cwd = place('check');
    writeFileSync(join(cwd, 'a.jpg'), await photo());
    const { status, stdout } = optimize(cwd, 'a.jpg', '--check');
    expect(stdout).toMatch(/This picture could be \d+ % smaller/);
    expect(status).toBe(1);
    expect(optimize(cwd, 'a.jpg', '--check', '--threshold', '100').status).toBe(0);
    expect(readdirSync(cwd)).toEqual(['a.jpg']);
    // What was made is as small as it gets
    optimize(cwd, 'a.jpg', '--format', 'source', '--out', 'made');
    const good = optimize(
      cwd,
      'made',
      '--check',
      '--manifest',
      'made/fovea-manifest.json',
      '--json',
    );
    expect(good.status).toBe(0);
    expect(report(good.stdout).results.map((one) => one.status)).toEqual(['good']);
  });

  test.each([
    ['--target', 'best'],
    ['--effort', 'most'],
    ['--width', '0'],
    ['--width', '12,x'],
    ['--format', 'bmp'],
    ['--jobs', '0'],
    ['--threshold', '101'],
    ['--metadata', 'all'],
  ])('%s %s is not understood', (flag, value) => {
    const { status, stderr } = optimize(folder, '.', flag, value);
    expect(stderr).toContain(flag);
    expect(status).toBe(2);
  });

  test('a folder without pictures, and a file that is not there, are failures', () => {
    const cwd = place('nothing');
    expect(optimize(cwd, '.')).toMatchObject({ status: 1 });
    const { status, stderr } = optimize(cwd, 'nowhere.jpg');
    expect(stderr).toContain('nowhere.jpg: there is no such file or folder');
    expect(status).toBe(1);
  });
});

describe('a run that is ended', () => {
  const cwd = place('killed');
  beforeAll(async () => {
    for (let i = 0; i < 6; i++) {
      writeFileSync(join(cwd, `p${i}.jpg`), await photo(200 + 16 * i, 150));
    }
  });

  /** Runs, and kills the run as soon as so many results are there. */
  async function killed(results: number): Promise<void> {
    const child = spawn(process.execPath, [main, 'optimize', '.', '--format', 'webp'], {
      ...{ cwd, env, stdio: ['ignore', 'ignore', 'pipe'] },
    });
    children.push(child);
    let seen = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      if (seen.split(' -> p').length > results) child.kill('SIGKILL');
    });
    if (results === 0) child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }

  /** Every file with the name of a result is one. */
  async function whole(): Promise<number> {
    const out = join(cwd, 'fovea-optimized');
    const made = existsSync(out) ? filesOf(out).filter((name) => /^p\d\.webp$/.test(name)) : [];
    for (const name of made) {
      const { info } = await sharp(join(out, name)).raw().toBuffer({ resolveWithObject: true });
      expect(info.height).toBe(150);
    }
    return made.length;
  }

  test('leaves whole files alone and is gone on with', async () => {
    const counts: number[] = [];
    for (const results of [0, 1, 1, 1]) {
      await killed(results);
      counts.push(await whole());
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(1);
    const last = report(optimize(cwd, '.', '--format', 'webp', '--json').stdout);
    expect(last.totals.there).toBeGreaterThanOrEqual((counts.at(-1) ?? 0) - 1);
    expect((last.totals.there ?? 0) + (last.totals.made ?? 0)).toBe(6);
    expect(filesOf(join(cwd, 'fovea-optimized'))).toEqual([
      'fovea-manifest.json',
      ...[0, 1, 2, 3, 4, 5].map((i) => `p${i}.webp`),
    ]);
  });

  test('by Ctrl+C says how to go on', async () => {
    const child = spawn(process.execPath, [main, 'optimize', '.', '--out', 'other'], {
      ...{ cwd, env, stdio: ['ignore', 'ignore', 'pipe'] },
    });
    children.push(child);
    let seen = '';
    let asked = false;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      // A second signal would end it at once
      if (seen.includes(' -> p') && !asked) asked = child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(seen).toContain('goes on from here');
    expect(code).toBe(1);
    expect(existsSync(join(cwd, 'other/fovea-manifest.json'))).toBe(true);
    expect(existsSync(join(cwd, 'other/.fovea-work'))).toBe(false);
  });
});

test('watching makes what changes', async () => {
  const cwd = place('watched');
  writeFileSync(join(cwd, 'a.jpg'), await photo());
  const child = spawn(process.execPath, [main, 'optimize', '.', '--format', 'webp', '--watch'], {
    ...{ cwd, env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  children.push(child);
  let seen = '';
  let look: () => void = () => undefined;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
    look();
  });
  const says = (words: string) =>
    new Promise<void>((resolve) => {
      look = () => seen.includes(words) && resolve();
      look();
    });
  // While the first is being made: nothing may change unseen
  await says('a.jpg -> a.webp:');
  writeFileSync(join(cwd, 'c.jpg'), await photo(90, 60));
  await says('Watching');
  await says('c.jpg -> c.webp:');
  expect(existsSync(join(cwd, 'fovea-optimized/a.webp'))).toBe(true);
  writeFileSync(join(cwd, 'b.jpg'), await photo(100, 80));
  await says('b.jpg -> b.webp:');
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
}, 180_000);
