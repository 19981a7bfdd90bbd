import { expect, test } from 'vitest';
import { copyrightXmp, fromXmp } from './xmp.ts';

const packet = (description: string) =>
  new Uint8Array(
    Buffer.from(`<x:xmpmeta><rdf:RDF><rdf:Description${description}</rdf:RDF></x:xmpmeta>`),
  );

test.each<[string, string, string]>([
  ['an attribute', ' photoshop:Credit="Lee &amp; Co"/>', 'Lee & Co'],
  ['an attribute in single quotes', " photoshop:Credit='Lee &amp; Co'/>", 'Lee & Co'],
  ['blanks around the sign', ' photoshop:Credit = "Lee &amp; Co"/>', 'Lee & Co'],
  ['numbers in place of names', ' photoshop:Credit="Lee &#38; &#x43;o"/>', 'Lee & Co'],
  ['a number of no character', ' photoshop:Credit="Lee &#9999999;"/>', 'Lee &#9999999;'],
  ['an element', '><photoshop:Credit>Lee &amp; Co</photoshop:Credit>', 'Lee & Co'],
  [
    'items of a list',
    '><photoshop:Credit><rdf:Seq><rdf:li>Lee</rdf:li><rdf:li>Co</rdf:li></rdf:Seq></photoshop:Credit>',
    'Lee; Co',
  ],
])('a field is read from %s', (_, description, credit) => {
  expect(fromXmp(packet(description))).toEqual({ credit });
});

test('what is written is read again', () => {
  const fields = {
    copyright: '© 2024 "Ann" <Lee> & Co',
    creator: "Ann O'Lee",
    credit: 'Lee & Co',
    statement: 'https://example.com/?a=1&b=2',
    licensorUrl: 'https://example.com/licence',
  };
  expect(fromXmp(new Uint8Array(Buffer.from(copyrightXmp(fields))))).toEqual(fields);
});

test.each<[string, string, string]>([
  ['in the middle of a character', `${'a'.repeat(999)}😀`, 'a'.repeat(999)],
  ['before a blank', `${'a'.repeat(999)} b`, 'a'.repeat(999)],
  ['with half a character as a number', 'a&#xD83D;b&#56832;', 'ab'],
])('a field that is cut %s is text that can be written', (_, text, credit) => {
  const read = fromXmp(packet(`><photoshop:Credit>${text}</photoshop:Credit>`));
  expect(read).toEqual({ credit });
  expect(fromXmp(new Uint8Array(Buffer.from(copyrightXmp(read))))).toEqual({ credit });
});

test('no packet, no fields', () => {
  expect(fromXmp(undefined)).toEqual({});
  expect(fromXmp(packet('/>'))).toEqual({});
});
