/**
 * Rights: who made a photograph and who may be asked about it, read from its
 * EXIF, IPTC and XMP (docs/spec/fastly-io.md 7.21).
 *
 * Kept: copyright notice, creator, credit line, licensor, web statement of
 * rights. Everything else (camera, place, captions, history) stays behind,
 * because it is written anew and never copied. XMP wins over IPTC over EXIF.
 */

import { latin1, tidyText, uint16, uint32 } from '../containers/bytes.ts';
import { jpegExif, jpegPhotoshop, jpegXmp, walkJpeg } from '../containers/jpeg.ts';
import type { RasterMetadata } from '../image/raster.ts';
import { readExif } from './exif.ts';

export interface Copyright {
  readonly copyright?: string;
  readonly creator?: string;
  readonly credit?: string;
  readonly statement?: string;
  readonly licensorUrl?: string;
}

type Mutable = { -readonly [K in keyof Copyright]: Copyright[K] };

/** Longest field that is carried on. */
const MOST_TEXT = 1000;

/** The rights fields of a JPEG as metadata to embed; undefined where it has none. */
export function readCopyright(jpeg: Uint8Array): RasterMetadata | undefined {
  const walk = walkJpeg(jpeg);
  const found: Mutable = {
    ...fromExif(jpegExif(walk)),
    ...fromIptc(jpegPhotoshop(walk)),
    ...fromXmp(jpegXmp(walk)),
  };
  if (Object.keys(found).length === 0) return undefined;
  const fields = {
    ...(found.copyright === undefined ? {} : { Copyright: found.copyright }),
    ...(found.creator === undefined ? {} : { Artist: found.creator }),
  };
  return {
    xmp: copyrightXmp(found),
    ...(Object.keys(fields).length === 0 ? {} : { exif: { IFD0: fields } }),
  };
}

function fromExif(block: Uint8Array | undefined): Copyright {
  if (block === undefined) return {};
  const { main } = readExif(block);
  return {
    ...field('creator', main.get(0x13b)),
    ...field('copyright', main.get(0x8298)),
  };
}

/** IPTC records 2:80 by-line, 2:110 credit, 2:116 copyright notice. */
const IPTC_FIELDS: Readonly<Record<number, keyof Copyright>> = {
  80: 'creator',
  110: 'credit',
  116: 'copyright',
};

function fromIptc(photoshop: Uint8Array | undefined): Copyright {
  const block = photoshop && iptcBlock(photoshop);
  const found: Mutable = {};
  if (block === undefined) return found;
  let at = 0;
  while (block[at] === 0x1c) {
    const length = uint16(block, at + 3);
    // A length with its highest bit set is of the extended form, which no text here needs.
    if (length === undefined || length > 0x7fff) break;
    const name = block[at + 1] === 2 ? IPTC_FIELDS[block[at + 2] ?? 0] : undefined;
    if (name && found[name] === undefined) {
      Object.assign(found, field(name, utf8(block.subarray(at + 5, at + 5 + length))));
    }
    at += 5 + length;
  }
  return found;
}

/** The IPTC resource (0x0404) among the Photoshop ones. */
function iptcBlock(bytes: Uint8Array): Uint8Array | undefined {
  let at = 0;
  while (latin1(bytes, at, at + 4) === '8BIM') {
    const id = uint16(bytes, at + 4);
    const nameLength = (bytes[at + 6] ?? 0) + 1;
    const sizeAt = at + 6 + nameLength + (nameLength & 1);
    const size = uint32(bytes, sizeAt);
    if (id === undefined || size === undefined) return undefined;
    const start = sizeAt + 4;
    if (id === 0x0404) return bytes.subarray(start, start + size);
    at = start + size + (size & 1);
  }
  return undefined;
}

function fromXmp(packet: Uint8Array | undefined): Copyright {
  if (packet === undefined) return {};
  const text = Buffer.from(packet).toString('utf8');
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

function field(name: keyof Copyright, value: unknown): Copyright {
  if (typeof value !== 'string') return {};
  const text = tidyText(value).slice(0, MOST_TEXT);
  return text === '' ? {} : { [name]: text };
}

function utf8(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\ufffd') ? Buffer.from(bytes).toString('latin1') : text;
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    amp: '&',
  };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => names[name] ?? '');
}

function escaped(text: string): string {
  return text.replace(/[<>"'&]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** An XMP packet that holds the rights and nothing else. */
export function copyrightXmp(rights: Copyright): string {
  const { copyright, creator, credit, statement, licensorUrl } = rights;
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
