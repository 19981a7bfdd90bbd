/**
 * XMP: the copyright fields of a packet, read and written.
 *
 * This is no XML parser. Reading looks for five property names as attributes,
 * elements or lists, by patterns of bounded length, and takes the text of the
 * first one; a packet that spells them otherwise gives no field. Nothing of a
 * packet is copied: writing makes a new one, with its text escaped.
 */
import { utf8 } from '../containers/bytes.ts';
import { type CopyrightFields, field } from './copyright-fields.ts';

/** The copyright fields of an XMP packet in UTF-8. */
export function fromXmp(packet: Uint8Array | undefined): CopyrightFields {
  if (packet === undefined) return {};
  const text = utf8(packet);
  return {
    ...field('copyright', property(text, 'dc:rights')),
    ...field('creator', property(text, 'dc:creator')),
    ...field('credit', property(text, 'photoshop:Credit')),
    ...field('statement', property(text, 'xmpRights:WebStatement')),
    ...field('licensorUrl', property(text, 'plus:LicensorURL')),
  };
}

/** A property written as attribute, as element, or as the items of a list in it. */
function property(xmp: string, name: string): string | undefined {
  const attribute = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]{0,4000})"|'([^']{0,4000})')`).exec(
    xmp,
  );
  if (attribute) return unescaped(attribute[1] ?? attribute[2] ?? '');
  const open = xmp.indexOf(`<${name}`);
  const close = open < 0 ? -1 : xmp.indexOf(`</${name}>`, open);
  if (close < 0) return undefined;
  const content = xmp.slice(xmp.indexOf('>', open) + 1, close).slice(0, 8000);
  const items = [...content.matchAll(/<rdf:li[^>]*>([^<]*)<\/rdf:li>/g)].map((match) =>
    match[1]!.trim(),
  );
  return unescaped((items.length > 0 ? items : [content.replace(/<[^>]*>/g, '')]).join('; '));
}

/** An XMP packet that holds these fields and nothing else. */
export function copyrightXmp(fields: CopyrightFields): string {
  const { copyright, creator, credit, statement, licensorUrl } = fields;
  const lines = [
    copyright &&
      `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escaped(copyright)}</rdf:li></rdf:Alt></dc:rights>`,
    creator && `<dc:creator><rdf:Seq><rdf:li>${escaped(creator)}</rdf:li></rdf:Seq></dc:creator>`,
    credit && `<photoshop:Credit>${escaped(credit)}</photoshop:Credit>`,
    statement && `<xmpRights:WebStatement>${escaped(statement)}</xmpRights:WebStatement>`,
    licensorUrl &&
      `<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorURL>${escaped(licensorUrl)}</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>`,
  ].filter((line) => line !== undefined && line !== '');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/">${lines.join('')}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    amp: '&',
  };
  return text.replace(
    /&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return names[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function escaped(text: string): string {
  return text.replace(/[<>"'&]/g, (c) => `&#${c.charCodeAt(0)};`);
}
