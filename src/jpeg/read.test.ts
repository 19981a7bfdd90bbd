import { compressJpeg } from '@napi-rs/image';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { plain } from '../containers/bytes.ts';
import { walkJpeg } from '../containers/jpeg.ts';
import { facts, generator, pictures, type Sampling, scene, sceneFile } from './jpeg.suite.ts';
import { readJpeg } from './read.ts';
import { turnJpeg } from './turn-jpeg.ts';
import { writeJpeg } from './write.ts';

const pixelsOf = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();

describe('coefficients', () => {
  test('written and read again are the same', () => {
    fc.assert(
      fc.property(pictures, (picture) => {
        const file = writeJpeg(picture);
        expect(file).toBeDefined();
        expect(facts(readJpeg(file!)!)).toEqual(facts(picture));
      }),
      { numRuns: 300 },
    );
  });

  test.each<Sampling>(['4:4:4', '4:2:2', '4:2:0', '4:4:0', '4:1:1', 'grey'])(
    'of %s are those that mozjpeg makes scans of',
    async (sampling) => {
      const file = await sceneFile(sampling, 121, 83);
      const scans = await compressJpeg(file, { quality: 100 });
      expect((await sharp(scans).metadata()).isProgressive).toBe(true);
      expect(facts(readJpeg(scans)!)).toEqual(facts(readJpeg(file)!));
    },
  );

  test.each([
    ['progressive', { progressive: true }],
    ['with scans made for it', { progressive: true, mozjpeg: true }],
    ['with the tables of the standard', { optimiseCoding: false }],
    ['of quality 100', { quality: 100 }],
    ['of quality 1', { quality: 1 }],
  ])('of a file %s decode to its pixels when written again', async (_, options) => {
    for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
      const file = await scene(133, 90)
        .jpeg({ chromaSubsampling, ...options })
        .toBuffer();
      const again = writeJpeg(readJpeg(file)!)!;
      expect((await pixelsOf(again)).equals(await pixelsOf(file))).toBe(true);
    }
  });

  test('of scans of one component each are read', async () => {
    const picture = readJpeg(await sceneFile('4:2:0', 121, 83))!;
    const { frame, tables, scan } = partsOf(writeJpeg(picture)!);
    const steps = tables.filter((table) => table[1] === 0xdb);
    const alone = picture.components.map((component) => {
      const size = { width: 8 * component.blocksWide, height: 8 * component.blocksHigh };
      const parts = partsOf(writeJpeg({ ...size, components: [component] })!);
      return [...parts.tables.filter((table) => table[1] === 0xc4), parts.scan];
    });
    const file = join(...steps, frame, ...alone.flat());
    expect(scan.length).toBeGreaterThan(0);
    expect(facts(readJpeg(file)!)).toEqual(facts(picture));
    expect(await pixelsOf(file)).toEqual(await pixelsOf(writeJpeg(picture)!));
  });

  test('of scans with restart markers are read', async () => {
    // Equal strips have equal codes, and each begins as a restart does.
    const strip = readJpeg(await sceneFile('4:2:0', 96, 16))!;
    const { frame, tables, scan } = partsOf(writeJpeg(strip)!);
    const [header, data] = [scan.subarray(0, 14), scan.subarray(14)];
    const [strips, mcus] = [11, 6];
    const tall = Uint8Array.from(frame);
    tall[6] = 16 * strips;
    const interval = Uint8Array.of(0xff, 0xdd, 0, 4, 0, mcus);
    const pieces = Array.from({ length: strips }, (_, i) =>
      i === 0 ? [data] : [Uint8Array.of(0xff, 0xd0 + ((i - 1) % 8)), data],
    );
    const file = join(...tables, tall, interval, header, ...pieces.flat());
    const picture = readJpeg(file)!;
    expect(picture.height).toBe(16 * strips);
    for (const [i, { coefficients }] of picture.components.entries()) {
      const one = strip.components[i]!.coefficients;
      for (let at = 0; at < coefficients.length; at += one.length) {
        expect(coefficients.subarray(at, at + one.length)).toEqual(one);
      }
    }
    const wrong = Uint8Array.from(file);
    wrong[file.indexOf('ffd1', 'hex') + 1] = 0xd5;
    expect(readJpeg(wrong)).toBeUndefined();
  });

  test('are given for a whole and sound file only', async () => {
    const file = await sceneFile('4:2:0', 121, 83);
    expect(readJpeg(file)).toBeDefined();
    for (const share of [0, 0.1, 0.3, 0.5, 0.9]) {
      expect(readJpeg(file.subarray(0, Math.floor(share * file.length)))).toBeUndefined();
    }
    expect(readJpeg(file.subarray(0, -2))).toBeUndefined();
    expect(readJpeg(await scene(9, 9).png().toBuffer())).toBeUndefined();
  });

  test('are not read beyond a number, nor where the shape is not wanted', async () => {
    const file = await sceneFile('4:4:4', 64, 64);
    expect(readJpeg(file, { most: 3 * 64 * 64 })).toBeDefined();
    expect(readJpeg(file, { most: 3 * 64 * 64 - 1 })).toBeUndefined();
    expect(readJpeg(file, { wanted: ({ width }) => width > 64 })).toBeUndefined();
    // A header alone asks for 65,535 × 65,535.
    const { frame, tables, scan } = partsOf(file);
    const huge = Uint8Array.from(frame).fill(255, 5, 9);
    expect(readJpeg(join(...tables, frame, scan))).toBeDefined();
    expect(readJpeg(join(...tables, huge, scan))).toBeUndefined();
  });

  test('of a file of a thousand scans are not read', async () => {
    const file = await scene(64, 64).toColorspace('b-w').jpeg({ progressive: true }).toBuffer();
    const { frame, tables, scan } = partsOf(file);
    // Scans that refine a band in which nothing is.
    const more = Array.from({ length: 1000 }, () => scan);
    expect(readJpeg(join(...tables, frame, ...more))).toBeUndefined();
  });
});

describe('any bytes', () => {
  const files: Uint8Array[] = [];
  const made = async () => {
    if (files.length > 0) return;
    files.push(await sceneFile('4:2:0', 40, 24));
    files.push(plain(await scene(40, 24).jpeg({ progressive: true }).toBuffer()));
    files.push(plain(await scene(40, 24).jpeg({ mozjpeg: true }).toBuffer()));
    files.push(await sceneFile('grey', 40, 24));
  };

  test('are read, turned and written without harm', async () => {
    await made();
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
        fc.option(fc.nat()),
        (file, changes, cut) => {
          const bytes = file.slice(0, cut === null ? file.length : cut % file.length);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const picture = readJpeg(bytes, { most: 1e6 });
          if (picture !== undefined) writeJpeg(picture);
          turnJpeg(bytes, 5);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('behind a sound header are read without harm', async () => {
    await made();
    const next = generator(3);
    for (const file of files) {
      const { frame, tables } = partsOf(file);
      for (let run = 0; run < 100; run++) {
        const noise = Uint8Array.from({ length: 300 }, () => next(256));
        const header = Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, next(2), 63 * next(2), next(32));
        const picture = readJpeg(join(...tables, frame, header, noise));
        if (picture !== undefined) writeJpeg(picture);
      }
    }
  });
});

/** A file from its segments and scans. */
function join(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Uint8Array.of(0xff, 0xd8), ...parts, Uint8Array.of(0xff, 0xd9)]);
}

/** Frame header, tables and the first scan on, without the end marker. */
function partsOf(file: Uint8Array) {
  const { segments, scan } = walkJpeg(file);
  const whole = segments.map(({ start, end }) => file.subarray(start, end));
  return {
    frame: whole.find((segment) => segment[1]! >= 0xc0 && segment[1]! <= 0xc2)!,
    tables: whole.filter((segment) => segment[1] === 0xc4 || segment[1] === 0xdb),
    scan: file.subarray(scan, -2),
  };
}
