import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksLikeHtml, looksLikeText, sniffFormat } from './sniff.ts';

const text = (value: string) => Uint8Array.from(value, (c) => c.charCodeAt(0));
const bytes = (...values: (number | string)[]) =>
  Uint8Array.from(values.flatMap((v) => (typeof v === 'string' ? [...text(v)] : [v])));
const ftyp = (major: string, ...others: string[]) =>
  bytes(0, 0, 0, 16 + 4 * others.length, 'ftyp', major, 0, 0, 0, 0, ...others);

describe('sniffFormat', () => {
  test.each([
    // bytes, format, why
    [bytes(0xff, 0xd8, 0xff, 0xe0), 'jpeg', 'start of image and a marker'],
    [bytes(0x89, 'PNG\r\n', 0x1a, '\n'), 'png', 'signature'],
    [bytes('RIFF', 0, 0, 0, 0, 'WEBPVP8 '), 'webp', 'RIFF of kind WEBP'],
    [bytes('RIFF', 0, 0, 0, 0, 'WAVEfmt '), undefined, 'RIFF of sound'],
    [text('GIF89a'), 'gif', 'version 89'],
    [text('GIF87a'), 'gif', 'version 87'],
    [bytes('II', 0x2a, 0), 'tiff', 'little-endian'],
    [bytes('MM', 0, 0x2a), 'tiff', 'big-endian'],
    [bytes('MM', 0, 0x2b), 'tiff', 'big TIFF'],
    [ftyp('avif', 'mif1', 'miaf'), 'avif', 'brand avif'],
    [ftyp('mif1', 'avif'), 'avif', 'compatible brand avif'],
    [ftyp('avis'), 'avif', 'sequence'],
    [ftyp('heic', 'mif1'), 'heic', 'brand heic'],
    [ftyp('mif1', 'heic'), 'heic', 'compatible brand heic'],
    [ftyp('isom', 'mp42'), 'mp4', 'film'],
    [ftyp('qt  '), undefined, 'QuickTime has no card'],
    [bytes(0xff, 0x0a), 'jxl', 'bare codestream'],
    [text('%PDF-1.7'), 'pdf', 'document'],
    [text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'svg', 'root element'],
    [text('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a > b -->\n<svg>'), 'svg', 'prologue'],
    [text('<!DOCTYPE svg [<!ENTITY a "<b>">]><svg>'), 'svg', 'document type with a subset'],
    [text('<s:svg xmlns:s="http://www.w3.org/2000/svg">'), 'svg', 'prefix'],
    [text('<html><body><svg></svg>'), undefined, 'a page with a drawing is a page'],
    [text('<!doctype html><svg>'), undefined, 'so is this'],
    [text('<svgx>'), undefined, 'another element'],
    [text('push graphic-context'), undefined, 'a script for another program'],
    [bytes('BM', 0x46, 0, 0, 0), undefined, 'BMP'],
    [bytes(0, 0, 1, 0, 1, 0), undefined, 'ICO'],
    [bytes('PK', 3, 4), undefined, 'archive'],
    [new Uint8Array(), undefined, 'nothing'],
  ] as [Uint8Array, string | undefined, string][])('%s is %s (%s)', (input, format) => {
    expect(sniffFormat(input)).toBe(format);
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (input) => {
        sniffFormat(input);
        looksLikeText(input);
        looksLikeHtml(input);
      }),
    );
  });
});

test('text and pages are told from pictures', () => {
  expect(looksLikeText(text('{"error":"not found"}'))).toBe(true);
  expect(looksLikeText(bytes(0xff, 0xd8, 0xff, 0, 1))).toBe(false);
  expect(looksLikeText(new Uint8Array())).toBe(false);
  expect(looksLikeHtml(text('\n<!DOCTYPE html>\n<title>Oops</title>'))).toBe(true);
  expect(looksLikeHtml(text('<svg/>'))).toBe(false);
});
