/**
 * Addresses of pictures from a list, one a line, or from a sitemap.
 *
 * Of a sitemap the pictures count (`image:loc`), and its own addresses only where it has none. Both kinds are
 * told apart by the first character that is no space.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** Largest sitemap, in bytes: the protocol allows 50 MB. */
const LARGEST_SITEMAP = 64 * 2 ** 20;
/** Characters of an address. */
const LONGEST = 16_384;

/**
 * The addresses of a file, or of what is piped in (`-`), in their order.
 *
 * @throws Error for a sitemap that is too large or lists other sitemaps, system errors
 */
export async function* readAddresses(path: string, stdin: Readable): AsyncGenerator<string> {
  const input = path === '-' ? stdin : createReadStream(path);
  const first = await head(input);
  if (first.trimStart().startsWith('<')) {
    yield* sitemapAddresses(await textOf(input, first));
    return;
  }
  const lines = createInterface({ input: Readable.from(joinedText(first, input)) });
  for await (const line of lines) {
    const address = line.trim();
    if (address !== '' && !address.startsWith('#') && address.length <= LONGEST) yield address;
  }
}

/** The first piece that holds more than space. */
async function head(input: Readable): Promise<string> {
  input.setEncoding('utf8');
  let text = '';
  while (text.trim() === '') {
    const piece: unknown = input.read();
    if (typeof piece === 'string') text += piece;
    else if (input.readableEnded || input.destroyed) break;
    else await Promise.race([once(input, 'readable'), once(input, 'end')]);
  }
  return text.replace(/^\uFEFF/, '');
}

async function* joinedText(first: string, rest: Readable): AsyncGenerator<string> {
  yield first;
  if (!rest.readableEnded) for await (const piece of rest) yield piece as string;
}

async function textOf(input: Readable, first: string): Promise<string> {
  let text = '';
  for await (const piece of joinedText(first, input)) {
    text += piece;
    if (text.length > LARGEST_SITEMAP)
      throw new Error('Expected a sitemap of at most 64 MiB, got more.');
  }
  return text;
}

/** Addresses of a sitemap, entities read (docs of the protocol: five of them, and numbers). @throws Error */
export function sitemapAddresses(xml: string): string[] {
  const text = withoutComments(xml);
  if (/<sitemapindex[\s>]/.test(text)) {
    throw new Error('Expected a sitemap with pictures, got a list of sitemaps; give one of those.');
  }
  const pictures = valuesOf(text, 'image:loc');
  return pictures.length > 0 ? pictures : valuesOf(text, 'loc');
}

// A file of 64 MiB may hold millions of openings without an end: each step goes on behind the last.

function withoutComments(xml: string): string {
  let text = '';
  let at = 0;
  for (;;) {
    const begin = xml.indexOf('<!--', at);
    const end = begin < 0 ? -1 : xml.indexOf('-->', begin);
    if (end < 0) return text + xml.slice(at);
    text += xml.slice(at, begin);
    at = end + 3;
  }
}

/** What stands in the elements of a name that have no attributes. */
function* elements(text: string, name: string): Generator<string> {
  for (let at = 0; ; ) {
    const open = text.indexOf(`<${name}`, at);
    const begin = open < 0 ? -1 : text.indexOf('>', open) + 1;
    if (begin <= 0) return;
    at = begin;
    if (text.slice(open + 1 + name.length, begin - 1).trim() !== '') continue;
    const end = text.indexOf(`</${name}`, begin);
    if (end < 0) return;
    yield text.slice(begin, end);
    at = end;
  }
}

function valuesOf(text: string, name: string): string[] {
  return [...elements(text, name)]
    .map((value) => unescaped(value.replace(/^\s*<!\[CDATA\[([\s\S]*?)\]\]>\s*$/, '$1').trim()))
    .filter((address) => address !== '' && address.length <= LONGEST);
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
