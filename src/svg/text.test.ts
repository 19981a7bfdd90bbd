import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { rootTag } from './root.ts';
import { DEFAULT_SVG_LIMITS, safeSvgText } from './text.ts';

const SPACE = 'http://www.w3.org/2000/svg';
const PLAIN = `<svg xmlns="${SPACE}" width="9" height="9"><text>é漢</text></svg>`;
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, order: 'LE' | 'BE') => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return new Uint8Array(order === 'LE' ? bytes : bytes.swap16());
};
const fault = (bytes: Uint8Array, limits = DEFAULT_SVG_LIMITS) => {
  try {
    return safeSvgText(bytes, limits);
  } catch (error) {
    return isFault(error) ? error.code : error;
  }
};

describe('the text of an SVG', () => {
  test.each([
    ['plain', utf8(PLAIN)],
    ['with a byte order mark', utf8(`\ufeff${PLAIN}`)],
    ['compressed', gzipSync(PLAIN)],
    ['UTF-16, little end first', utf16(PLAIN, 'LE')],
    ['UTF-16, big end first', utf16(PLAIN, 'BE')],
    ['compressed UTF-16', gzipSync(utf16(PLAIN, 'BE'))],
  ])('%s is read', (_, bytes) => {
    expect(safeSvgText(new Uint8Array(bytes))).toBe(PLAIN);
  });

  test('an encoding that the file names is read and no longer named', () => {
    const head = '<?xml version="1.0" encoding="ISO-8859-1"?>';
    const bytes = new Uint8Array(Buffer.from(`${head}<svg xmlns="${SPACE}" id="é"/>`, 'latin1'));
    expect(safeSvgText(bytes)).toBe(`<?xml version="1.0"?><svg xmlns="${SPACE}" id="é"/>`);
    const sixteen = '<?xml version="1.0" encoding="UTF-16"?>';
    expect(safeSvgText(utf16(sixteen + PLAIN, 'LE'))).toBe(`<?xml version="1.0"?>${PLAIN}`);
    expect(safeSvgText(utf8(sixteen + PLAIN))).toBe(`<?xml version="1.0"?>${PLAIN}`);
    expect(fault(utf8('<?xml version="1.0" encoding="x-none"?><svg/>'))).toBe('source-unsupported');
  });

  test('limits hold for what comes out of a compressed file', () => {
    const limits = { bytes: 1000, elements: 10 };
    expect(fault(gzipSync(PLAIN + ' '.repeat(2000)), limits)).toBe('source-too-large');
    expect(fault(utf8(PLAIN + ' '.repeat(2000)), limits)).toBe('source-too-large');
    expect(fault(gzipSync(PLAIN + '<g/>'.repeat(11)), limits)).toBe('source-too-large');
    expect(fault(gzipSync(PLAIN).subarray(0, 40))).toBe('source-broken');
  });

  test.each([
    [
      '<ns0:svg xmlns:ns0="SPACE"><ns0:g id="ns0:a">ns0:b</ns0:g></ns0:svg>',
      '<svg xmlns="SPACE"><g id="ns0:a">ns0:b</g></svg>',
    ],
    ['<svg:svg xmlns:svg="SPACE" a=">"><svg:g/></svg:svg>', '<svg xmlns="SPACE" a=">"><g/></svg>'],
    [
      '<s:svg xmlns:s="SPACE"><!-- <s:g> --><![CDATA[<s:g>]]></s:svg>',
      '<svg xmlns="SPACE"><!-- <s:g> --><![CDATA[<s:g>]]></svg>',
    ],
    ['<svg xmlns="SPACE"><s:g/></svg>', '<svg xmlns="SPACE"><s:g/></svg>'],
    ['<s:svg xmlns:s="other"/>', '<s:svg xmlns:s="other"/>'],
    ['<s:svg xmlns:s="SPACE" xmlns="other"/>', '<s:svg xmlns:s="SPACE" xmlns="other"/>'],
  ])('%s becomes %s', (given, expected) => {
    const named = (text: string) => text.replaceAll('SPACE', SPACE);
    expect(safeSvgText(utf8(named(given)))).toBe(named(expected));
  });
});

test('a root tag is found behind comments and instructions', () => {
  const text = '<?xml version="1.0"?><!-- <svg a="1"> --><svg b=\'2\' c="3 > 2"/>';
  const root = rootTag(text)!;
  expect(root.name).toBe('svg');
  expect(root.attributes.map(({ name, value }) => [name, value])).toEqual([
    ['b', '2'],
    ['c', '3 > 2'],
  ]);
  expect(rootTag('no tag at all')).toBeUndefined();
});
