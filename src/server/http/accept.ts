/**
 * Accept: from the header to the formats a client lists by name.
 *
 * Only an exact type with q above 0 counts; `image/*` and the full wildcard never enable a
 * format, which is what keeps old browsers, bots and navigations safe
 * (docs/spec/http.md 1.2, with the parser rules P1 to P4).
 *
 * Linear in the length of the header. A header above 4 KiB or 64 entries is
 * read as if it listed nothing: the base format fits everyone.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';
import { FORMATS, type FormatName } from '../../image/format.ts';

const MAX_LENGTH = 4096;
const MAX_ENTRIES = 64;

/** Headers read last with their formats: browsers send few different ones. */
const READ = new BoundedMap<string, ReadonlySet<FormatName>>(400_000, {
  weigh: heapWeight,
});

const FORMAT_OF: ReadonlyMap<string, FormatName> = new Map(
  (Object.keys(FORMATS) as FormatName[]).map((name) => [FORMATS[name].mediaType, name]),
);

/**
 * The formats a client lists by name with q above 0, most wanted first.
 *
 * The order of the set is that of q, and on a tie ours: Safari lists WebP
 * before AVIF at equal q and still gets AVIF. An absent header lists nothing.
 */
export function acceptedFormats(header: string | undefined): ReadonlySet<FormatName> {
  const known = READ.use(header ?? '');
  if (known) return known;
  const formats = readFormats(header);
  READ.set(header ?? '', formats);
  return formats;
}

function readFormats(header: string | undefined): ReadonlySet<FormatName> {
  const wanted = [...listedTypes(header)].flatMap(([type, q]) => {
    const format = FORMAT_OF.get(type);
    return format !== undefined && q > 0 ? [{ format, q }] : [];
  });
  wanted.sort((a, b) => b.q - a.q || rank(a.format) - rank(b.format));
  return new Set(wanted.map(({ format }) => format));
}

/** Whether a client lists exactly this media type (lower case) with q above 0. */
export function listsType(header: string | undefined, mediaType: string): boolean {
  return (listedTypes(header).get(mediaType) ?? 0) > 0;
}

/**
 * Whether a client takes a content coding (lower case): it is listed, or `*` is and it is not, with q
 * above 0 (RFC 9110 section 12.5.3). A client that sends no header gets the plain bytes, which all take.
 */
export function listsCoding(header: string | undefined, coding: string): boolean {
  const listed = listedTypes(header);
  return (listed.get(coding) ?? listed.get('*') ?? 0) > 0;
}

/** Lower-case media ranges with their q; the highest where one is listed twice. */
function listedTypes(header: string | undefined): Map<string, number> {
  const types = new Map<string, number>();
  if (header === undefined || header.length > MAX_LENGTH) return types;
  const entries = splitOutsideQuotes(header, ',');
  if (entries.length > MAX_ENTRIES) return types;
  for (const entry of entries) {
    const [range = '', ...parameters] = splitOutsideQuotes(entry, ';');
    const type = range.trim().toLowerCase();
    const q = qualityOf(parameters);
    if (type === '' || q === undefined) continue;
    types.set(type, Math.max(q, types.get(type) ?? 0));
  }
  return types;
}

/** 1 without a q; undefined where the q cannot be read, which makes the entry absent. */
function qualityOf(parameters: readonly string[]): number | undefined {
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'q') continue;
    const text = parameter.slice(equals + 1).trim();
    // Up to three decimals, and Java's ".2"
    return /^(?:0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : undefined;
  }
  return 1;
}

/** The parts between separators that stand outside of quoted strings. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Order among formats of equal q: the smallest first. */
function rank(format: FormatName): number {
  return FORMATS[format].preference;
}
