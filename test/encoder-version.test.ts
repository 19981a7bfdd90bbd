/**
 * The encoder version names the code that makes bytes: a change of it, however
 * small, makes new renditions, and a change elsewhere keeps the old ones.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compileWithoutComments,
  hashOfCode,
  hashOfWorker,
  reachable,
} from '../scripts/code-hash.mjs';
import { encoderVersion } from '../src/engine/encoder-version.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
let copy: string;
let code: string;
let before: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'fovea-version-'));
  code = join(copy, 'code');
  for (const name of [
    'src',
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
    'dist/wasm',
    'dist/vision/faces/model',
    'dist/text/fonts.bin',
  ]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  compileWithoutComments(copy, code);
  before = hash();
}, 120_000);

afterAll(() => rmSync(copy, { recursive: true }));

const hash = () => hashOfCode(code, join(copy, 'dist')).code;

/** Runs with one file of the copy changed, which is put back. */
function changed<T>(file: string, change: (text: string) => string, run: () => T): T {
  const path = join(copy, file);
  const text = readFileSync(path, 'latin1');
  const after = change(text);
  expect(after).not.toBe(text);
  writeFileSync(path, after, 'latin1');
  try {
    return run();
  } finally {
    writeFileSync(path, text, 'latin1');
  }
}

describe('the hash of the code', () => {
  test.each([
    ['code/optimizer/search/search-settings.js', 'WIDEST_ABOVE = 1.5', 'WIDEST_ABOVE = 1.4'],
    ['code/optimizer/codecs/jpeg.js', 'scatter: 0.15', 'scatter: 0.16'],
    ['code/vips/encode.js', 'MOZJPEG_TABLE = 3', 'MOZJPEG_TABLE = 2'],
    ['code/plan/fit.js', 'Math.round', 'Math.floor'],
    ['code/dialects/imgix/facts.js', 'Content-Type', 'Content-type'],
    ['dist/wasm/ssimulacra2.wasm', '\0asm', '\0asn'],
    ['dist/wasm/reduce.wasm', '\0asm', '\0asn'],
    ['dist/vision/faces/model/tfjs-backend-wasm-simd.wasm', '\0asm', '\0asn'],
    ['dist/text/fonts.bin', '"family":"sans"', '"family":"sanS"'],
    ['dist/vision/faces/model/face-api.cjs', '"use strict"', '"use Strict"'],
  ])('%s: %j in place of %j is another hash', (file, from, to) => {
    expect(changed(file, (text) => text.replace(from, to), hash)).not.toBe(before);
  });

  test.each(['server/http/accept', 'stores/memory', 'origins/folder', 'engine/local-engine'])(
    '%s is none of it: the front makes no bytes',
    (name) => {
      const add = (text: string) => `${text}\nexport const added = 1;\n`;
      expect(changed(`code/${name}.js`, add, hash)).toBe(before);
    },
  );

  test('comments and an equal build are the same hash', () => {
    const file = 'src/optimizer/search/search-settings.ts';
    const comment = (text: string) =>
      text.replace('const WIDEST_ABOVE', '// A comment.\nconst WIDEST_ABOVE');
    expect(changed(file, comment, () => hashOfWorker(copy).code)).toBe(before);
  });

  test('rooms that make bytes are reached, rooms of the front are not', () => {
    const { modules } = reachable(join(code, 'engine/worker.js'));
    const rooms = new Set(modules.map((file) => relative(code, file).split(sep)[0]));
    for (const room of [
      'optimizer',
      'vips',
      'plan',
      'raster',
      'metrics',
      'vision',
      'svg',
      'wasm',
    ]) {
      expect(rooms).toContain(room);
    }
    for (const room of ['server', 'cli', 'origins']) expect(rooms).not.toContain(room);
  });
});

describe('the encoder version', () => {
  test('holds the versions of both native packages and of the libraries inside sharp', () => {
    const built = pathToFileURL(join(root, 'dist/engine/encoder-version.json'));
    const version = encoderVersion({ vips: '8.18.7' }, built);
    expect(version).toMatch(/"@napi-rs\/image \d/);
    expect(version).toMatch(/"sharp \d/);
    expect(version).toContain('"vips":"8.18.7"');
  });

  test('an upgraded package is another version, without a build', () => {
    const folder = join(copy, 'elsewhere');
    const file = join(folder, 'encoder-version.json');
    const described = join(folder, 'node_modules/@napi-rs/image/package.json');
    mkdirSync(dirname(described), { recursive: true });
    writeFileSync(file, JSON.stringify({ code: before, packages: ['@napi-rs/image'] }));
    const versionWith = (version: string) => {
      writeFileSync(described, JSON.stringify({ version }));
      return encoderVersion({}, pathToFileURL(file));
    };
    expect(versionWith('1.15.0')).not.toBe(versionWith('1.15.1'));
  });

  test('a package that is missing is an error, not a version', () => {
    const file = join(copy, 'missing.json');
    writeFileSync(file, JSON.stringify({ code: before, packages: ['no-such-package'] }));
    expect(() => encoderVersion({}, pathToFileURL(file))).toThrow('no-such-package');
  });
});
