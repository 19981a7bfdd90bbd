/** The JSON documents about a source, of pictures that a library wrote and the probe read. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { corpusFile } from '../src/base/corpus.suite.ts';
import { imageoptimFacts } from '../src/dialects/imageoptim/facts.ts';
import { imgixFacts } from '../src/dialects/imgix/facts.ts';
import { card } from '../src/raster/pictures.suite.ts';
import { setUpVips } from '../src/vips/loader-policy.ts';
import { pictureOf } from '../src/vips/pictures.suite.ts';
import { probe } from '../src/vips/probe.ts';

setUpVips({ concurrency: 1 });

test('imgix: the document describes the source', async () => {
  const bytes = await pictureOf(card(40, 30))
    .withMetadata({ orientation: 6, density: 72 })
    .withExifMerge({
      IFD0: { Make: 'TestCam', Copyright: 'mine' },
      IFD2: { FNumber: '28/10', BodySerialNumber: '12345' },
    })
    .jpeg()
    .toBuffer();
  const facts = imgixFacts(bytes, await probe({ bytes }));
  expect(facts).toMatchObject({
    'Content-Type': 'image/jpeg',
    'Content-Length': String(bytes.length),
    PixelWidth: 40,
    PixelHeight: 30,
    Depth: 8,
    ColorModel: 'RGB',
    DPIWidth: 72,
    DPIHeight: 72,
    Orientation: 6,
    TIFF: { Make: 'TestCam', Copyright: 'mine', Orientation: 6 },
    Exif: { FNumber: 2.8 },
    Output: {},
  });
  expect(JSON.stringify(facts)).not.toContain('12345');
  const jfif = Buffer.from('ffd8ffe000104a46494600010201004800480000', 'hex');
  const simple = Buffer.concat([jfif, (await pictureOf(card(4, 4)).jpeg().toBuffer()).subarray(2)]);
  expect(imgixFacts(simple, await probe({ bytes: simple }))).toMatchObject({
    JFIF: { JFIFVersion: [1, 2], DensityUnit: 1, XDensity: 72, YDensity: 72 },
  });
});

test('imgix: the documented example of the corpus', async ({ skip }) => {
  const path = corpusFile('photos', 'birch-trunks.jpg');
  if (path === undefined) return skip('the photograph is not beside the repository');
  const bytes = await readFile(path);
  expect(imgixFacts(bytes, await probe({ path }))).toMatchObject({
    'Content-Type': 'image/jpeg',
    'Content-Length': '89359',
    PixelWidth: 1280,
    PixelHeight: 854,
    Depth: 8,
    ColorModel: 'RGB',
  });
});

test('ImageOptim: upright by default, the size of the result when one is given', async () => {
  const bytes = await pictureOf(card(40, 30)).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const info = await probe({ bytes });
  expect(imageoptimFacts(info)).toEqual({
    width: 30,
    height: 40,
    format: 'jpeg',
    size: bytes.length,
    animated: false,
  });
  expect(imageoptimFacts(info, { width: 15, height: 20 })).toMatchObject({ width: 15, height: 20 });
});
