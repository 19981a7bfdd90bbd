/**
 * Root: the first tag of an SVG text, read and rewritten without a parser of the whole.
 *
 * Works on text that is free of entities and of a document type. One pass over
 * the tags, in time that grows with the text alone; text between tags, comments
 * and CDATA is never touched.
 */

/** An attribute as it stands in the text; `start` and `end` cover the white space before it, name and quotes. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The root's start tag: where it stands, its name with its prefix, its attributes. */
export interface RootTag {
  readonly start: number;
  /** Behind `<name`. */
  readonly nameEnd: number;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** What SVG elements belong to. */
export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/** The start tag of the first element; undefined for a text without one. */
export function rootTag(text: string): RootTag | undefined {
  for (const tag of tags(text)) if (tag.kind === 'open') return readTag(text, tag.start);
  return undefined;
}

/**
 * The text with its SVG elements in the default name space: `<ns0:svg xmlns:ns0="…">`
 * becomes `<svg xmlns="…">`. A prefix means nothing (Namespaces in XML 1.0 specification, section 4), but
 * readers that look for `<svg` by its letters do not know that. A text whose root has
 * no prefix, or another default name space beside it, stays as it is.
 */
export function withoutPrefix(text: string): string {
  const root = rootTag(text);
  const prefix = root === undefined ? undefined : /^([^:]+):svg$/.exec(root.name)?.[1];
  if (root === undefined || prefix === undefined) return text;
  const declared = root.attributes.find(({ name }) => name === `xmlns:${prefix}`);
  const other = root.attributes.some(({ name }) => name === 'xmlns');
  if (declared?.value !== SVG_NAMESPACE || other) return text;
  const parts: string[] = [];
  let done = 0;
  for (const { kind, start } of tags(text)) {
    if (kind === 'other') continue;
    const name = start + (kind === 'open' ? 1 : 2);
    if (!text.startsWith(`${prefix}:`, name)) continue;
    parts.push(text.slice(done, name));
    done = name + prefix.length + 1;
    if (start !== root.start) continue;
    parts.push(text.slice(done, declared.start), ` xmlns="${SVG_NAMESPACE}"`);
    done = declared.end;
  }
  return parts.join('') + text.slice(done);
}

/** The text with these attributes on its root, in place of those of the same names. */
export function withRootAttributes(
  text: string,
  given: Readonly<Record<string, string | undefined>>,
): string {
  const root = rootTag(text);
  if (root === undefined) return text;
  const parts = [
    text.slice(0, root.nameEnd),
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [` ${name}="${value.replace(/[<&"]/g, escaped)}"`],
    ),
  ];
  let done = root.nameEnd;
  for (const { name, start, end } of root.attributes) {
    if (!(name in given)) continue;
    parts.push(text.slice(done, start));
    done = end;
  }
  return parts.join('') + text.slice(done);
}

/** The text with one more element in front of what its root holds; as it is where the root is empty. */
export function withFirstChild(text: string, name: string, attributes: string): string {
  const root = rootTag(text);
  const end = root === undefined ? -1 : tagEnd(text, root.start + 1);
  if (root === undefined || end < 0 || text[end - 2] === '/') return text;
  const prefix = root.name.slice(0, root.name.indexOf(':') + 1);
  return `${text.slice(0, end)}<${prefix}${name} ${attributes}/>${text.slice(end)}`;
}

/** A tag as it opens or closes an element. */
export type ElementTag =
  | { readonly kind: 'close' }
  | {
      readonly kind: 'open';
      readonly name: string;
      /** Behind `<name`. */
      readonly nameEnd: number;
      readonly attributes: readonly Attribute[];
      /** Whether it closes what it opens. */
      readonly empty: boolean;
    };

/** All tags of elements, in their order. */
export function* elementTags(text: string): Generator<ElementTag> {
  for (const { kind, start } of tags(text)) {
    if (kind === 'close') yield { kind };
    const tag = kind === 'open' ? readTag(text, start) : undefined;
    if (!tag) continue;
    const { name, nameEnd, attributes } = tag;
    const end = tagEnd(text, start + 1);
    yield { kind: 'open', name, nameEnd, attributes, empty: end < 0 || text[end - 2] === '/' };
  }
}

/** A style sheet inside of the text; `start` and `end` cover what its element holds. */
export interface StyleSheet {
  readonly css: string;
  /** Of its element. */
  readonly attributes: readonly Attribute[];
  readonly start: number;
  readonly end: number;
}

/** The style sheets of the text, in their order: what its `style` elements hold, which is text or CDATA. */
export function styleSheets(text: string): StyleSheet[] {
  const found: StyleSheet[] = [];
  let from: number | undefined;
  let attributes: readonly Attribute[] = [];
  for (const { kind, start } of tags(text)) {
    if (kind === 'open') {
      const end = /^<style[\s>]/.test(text.slice(start, start + 7)) ? tagEnd(text, start + 1) : -1;
      from = end < 0 || text[end - 2] === '/' ? undefined : end;
      if (from !== undefined) attributes = readTag(text, start)?.attributes ?? [];
    } else if (kind === 'close' && from !== undefined) {
      found.push({ css: cssText(text.slice(from, start)), attributes, start: from, end: start });
      from = undefined;
    }
  }
  return found;
}

/** What a style element holds: text with its references resolved, CDATA as it is, no comments of XML. */
function cssText(content: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < content.length) {
    const found = content.indexOf('<', at);
    const next = found < 0 ? content.length : found;
    parts.push(withoutReferences(content.slice(at, next)));
    const [, end] = tagAt(content, next);
    at = end < 0 || found < 0 ? content.length : end;
    if (content.startsWith('<![CDATA[', next)) {
      parts.push(content.slice(next + 9, end < 0 ? undefined : end - 3));
    }
  }
  return parts.join('');
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Text of XML with its references to characters resolved (XML 1.0 specification, section 4.1). */
export function withoutReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, ...found) => {
    const [decimal, hex, name] = found as (string | undefined)[];
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10);
    return code > 0 && code < 0x11_0000 ? String.fromCodePoint(code) : whole;
  });
}

function escaped(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

interface Tag {
  readonly kind: 'open' | 'close' | 'other';
  readonly start: number;
}

/** Tags in their order; comments, CDATA, instructions and declarations are `other`. */
function* tags(text: string): Generator<Tag> {
  let at = text.indexOf('<');
  while (at >= 0) {
    const [kind, end] = tagAt(text, at);
    yield { kind, start: at };
    at = end < 0 ? -1 : text.indexOf('<', end);
  }
}

/** The kind of the tag at a place, and where to look on; -1 where it does not end. */
function tagAt(text: string, at: number): [kind: Tag['kind'], end: number] {
  if (text.startsWith('<!--', at)) return ['other', after(text, '-->', at + 4)];
  if (text.startsWith('<![CDATA[', at)) return ['other', after(text, ']]>', at + 9)];
  if (text.startsWith('<?', at)) return ['other', after(text, '?>', at + 2)];
  if (text.startsWith('<!', at)) return ['other', after(text, '>', at + 2)];
  if (text.startsWith('</', at)) return ['close', after(text, '>', at + 2)];
  return ['open', tagEnd(text, at + 1)];
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? -1 : found + mark.length;
}

/** Behind the `>` of a start tag, which may hold `>` inside of quotes. */
function tagEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '>') return at + 1;
    if (character === '"' || character === "'") {
      at = text.indexOf(character, at + 1);
      if (at < 0) return -1;
    }
    at++;
  }
  return -1;
}

/** Sticky, so that each look begins where the last one ended. */
const ATTRIBUTE = /\s+([^\s=>/"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

function readTag(text: string, start: number): RootTag | undefined {
  const name = /^<([^\s/>"'=<]+)/.exec(text.slice(start, start + 300))?.[1];
  if (name === undefined) return undefined;
  const nameEnd = start + 1 + name.length;
  const attributes: Attribute[] = [];
  ATTRIBUTE.lastIndex = nameEnd;
  for (;;) {
    const from = ATTRIBUTE.lastIndex;
    const match = ATTRIBUTE.exec(text);
    if (match === null) return { start, nameEnd, name, attributes };
    const value = match[2] ?? match[3] ?? '';
    attributes.push({ name: match[1]!, value, start: from, end: ATTRIBUTE.lastIndex });
  }
}
