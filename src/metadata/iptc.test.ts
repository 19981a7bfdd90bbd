import { expect, test } from 'vitest';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import { fromIptc } from './iptc.ts';

/** A Photoshop resource: number, name and data, each filled up to an even length. */
function resource(id: number, name: string, data: Uint8Array): Uint8Array {
  return concat([
    latin1Bytes('8BIM'),
    Uint8Array.of(id >> 8, id & 255, name.length),
    latin1Bytes(name),
    new Uint8Array(name.length % 2 === 0 ? 1 : 0),
    bytes32(data.length),
    data,
    new Uint8Array(data.length & 1),
  ]);
}

/** A record of an IPTC block. */
function record(application: number, number: number, text: Uint8Array): Uint8Array {
  return concat([
    Uint8Array.of(0x1c, application, number, text.length >> 8, text.length & 255),
    text,
  ]);
}

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const RIGHTS = record(2, 116, utf8('2024 Ann Lee'));
const BLOCK = concat([record(2, 80, utf8('Ann Lee')), record(2, 110, utf8('Lee & Co')), RIGHTS]);
const ALL = { creator: 'Ann Lee', credit: 'Lee & Co', copyright: '2024 Ann Lee' };

test.each([
  ['the first resource', [resource(0x0404, '', BLOCK)]],
  [
    'behind one of even length',
    [resource(0x03ed, '', new Uint8Array(16)), resource(0x0404, '', BLOCK)],
  ],
  [
    'behind one of odd length',
    [resource(0x03ed, '', new Uint8Array(7)), resource(0x0404, '', BLOCK)],
  ],
  [
    'behind one with a name',
    [resource(0x03ed, 'abc', new Uint8Array(3)), resource(0x0404, '', BLOCK)],
  ],
  [
    'with a name of its own',
    [resource(0x0404, 'ab', BLOCK), resource(0x03ed, '', new Uint8Array(2))],
  ],
])('the fields are found in %s', (_, resources) => {
  expect(fromIptc(concat(resources))).toEqual(ALL);
});

test.each<[string, Uint8Array, object]>([
  ['records of another application', record(1, 116, utf8('no')), {}],
  [
    'the first of two',
    concat([RIGHTS, record(2, 116, utf8('later'))]),
    { copyright: '2024 Ann Lee' },
  ],
  ['UTF-8', record(2, 80, utf8('Zo\u00eb')), { creator: 'Zo\u00eb' }],
  ['Latin-1', record(2, 80, latin1Bytes('Zo\u00eb')), { creator: 'Zo\u00eb' }],
  ['an empty text', record(2, 80, new Uint8Array(0)), {}],
  [
    'what is before damage',
    concat([RIGHTS, Uint8Array.of(0x1c, 2, 80, 0x80, 4)]),
    { copyright: '2024 Ann Lee' },
  ],
])('%s', (_, block, fields) => {
  expect(fromIptc(resource(0x0404, '', block))).toEqual(fields);
});

test('no block, no fields', () => {
  expect(fromIptc(undefined)).toEqual({});
  expect(fromIptc(resource(0x03ed, '', BLOCK))).toEqual({});
});
