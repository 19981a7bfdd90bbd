import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpusFile } from '../base/corpus.suite.ts';
import { bytes32, concat, latin1Bytes } from './bytes.ts';
import { hasGainMap } from './gain-map.ts';
import { walkJpeg } from './jpeg.ts';

async function jpeg(): Promise<Uint8Array> {
  const background = { r: 200, g: 90, b: 30 };
  const pipe = sharp({ create: { width: 16, height: 16, channels: 3, background } });
  return new Uint8Array(await pipe.jpeg().toBuffer());
}

function segment(marker: number, data: Uint8Array): Uint8Array {
  const length = data.length + 2;
  return concat([Uint8Array.of(0xff, marker, length >> 8, length & 255), data]);
}

const within = (file: Uint8Array, part: Uint8Array) =>
  concat([file.subarray(0, 2), part, file.subarray(2)]);

const xmp = (text: string) => segment(0xe1, latin1Bytes(`http://ns.adobe.com/xap/1.0/\0${text}`));

/** An index of two pictures, the second this far behind its byte-order mark. */
function index(offset: number): Uint8Array {
  const entry = (at: number) => concat([bytes32(0), bytes32(0), bytes32(at), bytes32(0)]);
  const directory = [0x00, 0x01, 0xb0, 0x02, 0x00, 0x07, 0, 0, 0, 32, 0, 0, 0, 26];
  return segment(
    0xe2,
    concat([
      latin1Bytes('MPF\0MM\0*'),
      bytes32(8),
      Uint8Array.from(directory),
      bytes32(0),
      entry(0),
      entry(offset),
    ]),
  );
}

describe('hasGainMap', () => {
  test.each<[string, boolean, (file: Uint8Array) => Uint8Array]>([
    ['a plain JPEG', false, (file) => file],
    [
      'the mark of ISO 21496-1',
      true,
      (file) => within(file, segment(0xe2, latin1Bytes('urn:iso:std:iso:ts:21496:-1\0'))),
    ],
    ['Ultra HDR', true, (file) => within(file, xmp('<rdf:Description hdrgm:Version="1.0"/>'))],
    ['other XMP', false, (file) => within(file, xmp('<rdf:Description dc:rights="me"/>'))],
    [
      "Apple's second picture",
      true,
      (file) => {
        const part = index(file.length + 52 - 8);
        const second = within(file, xmp('urn:com:apple:photo:2020:aux:hdrgainmap'));
        return concat([within(file, index(file.length + part.length - 10)), second]);
      },
    ],
    [
      'an index of two pictures without one',
      false,
      (file) => concat([within(file, index(file.length + 58)), file]),
    ],
    ['an index that leads nowhere', false, (file) => within(file, index(0xfffffff0))],
  ])('%s: %s', async (_, expected, change) => {
    const file = change(await jpeg());
    expect(hasGainMap(file, walkJpeg(file))).toBe(expected);
  });

  test('a picture of a telephone', async ({ skip }) => {
    const path = corpusFile('formats', 'jpeg-iphone-display-p3-gainmap.jpg');
    if (path === undefined) return skip('the picture is not beside the repository');
    const file = new Uint8Array(await readFile(path));
    expect(hasGainMap(file, walkJpeg(file))).toBe(true);
  });
});
