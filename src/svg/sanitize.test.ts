import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { type CustomPlugin, optimize } from 'svgo';
import { describe, expect, test } from 'vitest';
import { corpus } from '../base/corpus.suite.ts';
import { isFault } from '../base/fault.ts';
import { ANIMATIONS, ATTRIBUTES, ELEMENTS, NAMESPACES, POINTERS } from './allow-list.ts';
import { sanitizeSvg } from './sanitize.ts';
import { safeSvgText } from './text.ts';

const SPACES = Object.entries(NAMESPACES)
  .map(([name, space]) => `${name}="${space}"`)
  .join(' ');
const svg = (body: string, head = '') =>
  Buffer.from(`${head}<svg ${SPACES} viewBox="0 0 9 9">${body}</svg>`);
const clean = (body: string, head = '') => Buffer.from(sanitizeSvg(svg(body, head))).toString();

interface Part {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Elements of a document in their order, read by a parser. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  const collect: CustomPlugin = {
    name: 'collect',
    fn: () => ({
      element: {
        enter: ({ name, attributes }) => {
          parts.push({ name, attributes: { ...attributes } });
        },
      },
    }),
  };
  optimize(text, { multipass: false, plugins: [collect] });
  return parts;
}

const UNPREFIXED = ATTRIBUTES.filter((name) => !name.includes(':'));

const [elements, attributes, pointers, animations] = [
  new Set(ELEMENTS),
  new Set(ATTRIBUTES),
  new Set(POINTERS),
  new Set(ANIMATIONS),
];

/** Where the text of an attribute or a style leads to. */
function references(css: string): string[] {
  return [...css.matchAll(/url\(\s*["']?([^"')]*)/gi)].map(([, target = '']) => target.trim());
}

const within = (target: string) => /^(#|data:(image\/(png|jpe?g|gif|webp)|font\/))/i.test(target);

/** Only names of the list, and nothing that leads out of the document. */
function expectHarmless(text: string): void {
  for (const part of partsOf(text)) {
    const element = part.name.replace(/^svg:/, '');
    expect(elements.has(element), part.name).toBe(true);
    for (const [name, value] of Object.entries(part.attributes)) {
      expect(attributes.has(name) || name.startsWith('aria-'), name).toBe(true);
      if (pointers.has(name)) expect(within(value.trim()), `${name}=${value}`).toBe(true);
      expect(references(value).filter((target) => !within(target))).toEqual([]);
      if (name in NAMESPACES) expect(value).toBe(NAMESPACES[name]);
      if (animations.has(element) && name === 'attributeName') {
        const target = value.trim();
        expect(attributes.has(target) && !pointers.has(target) && target !== 'style').toBe(true);
      }
    }
  }
  expect(text).not.toMatch(/<[?!]/);
}

const letters = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
  minLength: 1,
  maxLength: 9,
});
const elsewhere = fc.oneof(
  fc.constantFrom('http://picture.invalid/a.png', '//picture.invalid/a', 'a.png', '../a.svg#b'),
  fc.tuple(letters, letters).map(([scheme, rest]) => `${scheme}:${rest}`),
  fc.constant('data:image/svg+xml;base64,AAAA'),
  fc.constant('data:text/plain,a'),
);
const inside = fc.constantFrom('#a', '#shade');
const value = fc.oneof(
  fc.constantFrom('1', 'red', '0 0 9 9', 'data:image/png;base64,AAAA'),
  inside,
  elsewhere,
  inside.map((target) => `url(${target})`),
  elsewhere.map((target) => `url(${target})`),
  elsewhere.map((target) => `fill:url( '${target}' )`),
  fc.constantFrom(...ATTRIBUTES),
);

interface Tree extends Part {
  readonly inner: readonly Tree[];
}

/** Elements of these names and attributes, three deep and three wide. */
function trees(
  names: fc.Arbitrary<string>,
  attributes: fc.Arbitrary<Record<string, string>>,
  depth = 3,
): fc.Arbitrary<Tree> {
  const inner: fc.Arbitrary<Tree[]> =
    depth === 1 ? fc.constant([]) : fc.array(trees(names, attributes, depth - 1), { maxLength: 3 });
  return fc.record({ name: names, attributes, inner });
}

function write({ name, attributes, inner }: Tree): string {
  const given = Object.entries(attributes).map(([key, text]) => ` ${key}="${text}"`);
  return `<${name}${given.join('')}>${inner.map(write).join('')}</${name}>`;
}

test.each([
  ['a second root', '<g/>', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['text', '<g/>', 'words'],
  ['the same root again', '', `<svg ${SPACES} viewBox="0 0 9 9"></svg>`],
])('what has %s behind its root is not well-formed', (_, body, behind) => {
  const text = Buffer.concat([svg(body), Buffer.from(behind)]);
  expect(() => sanitizeSvg(text)).toThrow(expect.objectContaining({ code: 'source-broken' }));
});

test('comments and blanks may follow the root', () => {
  const text = Buffer.concat([svg('<g/>'), Buffer.from('\n<!-- made by hand -->\n')]);
  expect(Buffer.from(sanitizeSvg(text)).toString()).toContain('<svg');
});

describe('sanitizeSvg', () => {
  test('only names of the list come out, and no reference leads out of the document', () => {
    const names = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...ELEMENTS) },
      { weight: 1, arbitrary: letters },
      { weight: 1, arbitrary: fc.constantFrom(...ELEMENTS).map((name) => `svg:${name}`) },
      { weight: 1, arbitrary: fc.constantFrom(...ELEMENTS).map((name) => `xlink:${name}`) },
      { weight: 1, arbitrary: fc.constantFrom(...ELEMENTS).map((name) => name.toUpperCase()) },
    );
    const keys = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...ATTRIBUTES) },
      { weight: 2, arbitrary: fc.constantFrom(...POINTERS, 'attributeName', 'style', 'fill') },
      { weight: 1, arbitrary: letters },
      { weight: 1, arbitrary: letters.map((name) => `on${name}`) },
      { weight: 1, arbitrary: fc.constantFrom(...UNPREFIXED).map((name) => name.toUpperCase()) },
    );
    const tree = trees(names, fc.dictionary(keys, value, { maxKeys: 4, noNullPrototype: true }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 3 }), (drawn) => {
        const text = clean(drawn.map(write).join(''), '<?xml version="1.0"?><?words a?>');
        expect(text).toMatch(/^<svg/);
        expectHarmless(text);
      }),
      { numRuns: 500 },
    );
  });

  test('everything on the list stays, with values that stay within the document', () => {
    const plain = ATTRIBUTES.filter((name) => !(name in NAMESPACES) && name !== 'attributeName');
    const attributes = fc.dictionary(fc.constantFrom(...plain, 'aria-label'), inside, {
      maxKeys: 5,
      noNullPrototype: true,
    });
    // An empty style says nothing and is no drawing either way.
    const names = fc.constantFrom(...ELEMENTS.filter((name) => name !== 'style'));
    fc.assert(
      fc.property(trees(names, attributes), (tree) => {
        const text = write(tree);
        expect(partsOf(clean(text))).toEqual(partsOf(svg(text).toString()));
      }),
      { numRuns: 500 },
    );
  });

  test.each(ELEMENTS)('<%s> stays', (name) => {
    expect(clean(`<${name} id="a">${name === 'style' ? 'a{fill:red}' : ''}</${name}>`)).toContain(
      `<${name} id="a"`,
    );
  });

  test.each([
    // element, why
    ['script', 'runs'],
    ['foreignObject', 'holds another language'],
    ['iframe', 'holds another document'],
    ['handler', 'runs, in SVG Tiny'],
    ['metadata', 'is not drawn'],
    ['sodipodi', 'belongs to an editor'],
    ['x:rect', 'may be of any name space'],
  ])('<%s> goes with its content: it %s', (name) => {
    const out = clean(
      `<${name} xmlns:x="urn:x">words<rect id="inner"/></${name}><circle id="after" r="4"/>`,
    );
    expect(out).not.toMatch(/words|inner/);
    expect(out).toContain('id="after"');
  });

  test.each([
    'onclick',
    'ONCLICK',
    'ping',
    'src',
    'data-a',
    'x:label',
    'xml:base',
    'contentStyleType',
  ])('the attribute %s goes, its element stays', (name) => {
    expect(clean(`<circle xmlns:x="urn:x" ${name}="0" r="4"/>`)).toMatch(/<circle r="4"\s*\/>/);
  });

  test.each([
    // element, why
    ['<a xmlns="http://www.w3.org/1999/xhtml">words</a>', 'another name space'],
    ['<svg:a xmlns:svg="urn:a">words</svg:a>', 'another meaning of the prefix'],
    ['<animate attributeName="href" to="words"/>', 'an animated reference'],
    ['<set attributeName=" xlink:href " to="words"/>', 'with spaces around'],
    ['<animate attributeName="style" to="words"/>', 'an animated style'],
    ['<set attributeName="onclick" to="words"/>', 'an attribute that would go itself'],
    ['<a href="http://words.invalid/"><rect/></a>', 'a link'],
    ['<a xlink:href=" words:1"><rect/></a>', 'another scheme'],
    ['<a href="&#119;ords:1"><rect/></a>', 'written with a character reference'],
    ['<use href="data:image/png;base64,words"/>', 'data that is no drawing for use'],
    ['<image href="data:image/svg+xml;base64,words"/>', 'a drawing within the drawing'],
    ['<image href="words.png"/>', 'a neighbour'],
    ['<style>@import url(http://words.invalid/a.css);</style>', 'a style of elsewhere'],
    ['<style>@\\69mport "words.css";</style>', 'escaped'],
    ['<style>rect{fill:url(http://words.invalid/a)}</style>', 'a paint of elsewhere'],
    ['<rect style="fill:url( &quot;//words.invalid/a&quot; )"/>', 'in an attribute'],
    ['<rect fill="url(http://words.invalid/a#b)"/>', 'with a fragment'],
    ['<rect style="behavior:url(#words)"/>', 'a property that runs'],
  ])('%s loses what leads out (%s)', (body) => {
    const out = clean(`${body}<circle r="4"/>`);
    expect(out).not.toMatch(/words/i);
    expect(out).toContain('<circle');
    expectHarmless(out);
  });

  test('processing instructions and the document type go', () => {
    const head =
      '<?xml version="1.0"?><?xml-stylesheet href="a.css"?>' +
      '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">';
    const out = clean('<circle r="4"/>', head);
    expect(out).not.toMatch(/stylesheet|DOCTYPE|dtd/i);
    expect(out).toMatch(/^<svg/);
  });

  test('what draws stays', () => {
    const out = clean(
      '<defs><linearGradient id="g"><stop offset="1" stop-color="red"/></linearGradient></defs><style>rect{fill:url(#g)}</style><rect style="fill:url(#g)" width="9" height="9"/><use href="#g"/><image href="data:image/png;base64,AAAA"/><text>hi</text>',
    );
    for (const part of [
      'linearGradient',
      'fill:url(#g)',
      'href="#g"',
      'data:image/png;base64,AAAA',
      'hi',
    ]) {
      expect(out).toContain(part);
    }
  });

  test.each([
    // why, code, text
    ['not well-formed', 'source-broken', '<svg><g></svg>'],
    ['no SVG', 'source-broken', '<html></html>'],
    ['of another name space', 'source-broken', '<svg xmlns="urn:a"/>'],
    ['with an entity', 'source-unsupported', '<!DOCTYPE svg [<!ENTITY word "blue">]><svg/>'],
    ['with a subset at all', 'source-unsupported', '<!DOCTYPE svg [ ]><svg/>'],
    ['too long', 'source-too-large', `<svg>${' '.repeat(3 * 1024 * 1024)}</svg>`],
    ['with too many tags', 'source-too-large', `<svg>${'<g/>'.repeat(100_001)}</svg>`],
  ])('what is %s is a Fault: %s', (_why, expected, text) => {
    let code = 'fine';
    try {
      sanitizeSvg(Buffer.from(text));
    } catch (error) {
      code = isFault(error) ? error.code : String(error);
    }
    expect(code).toBe(expected);
  });

  test('any text ends in a harmless SVG or a Fault', () => {
    const words = fc.constantFrom(
      ...['<svg', '<g', '>', '/>', '</svg>', ' href=', '"', "'", 'url(', '<!--', '<![CDATA['],
      ...['&#x3c;', 'a', '\\', '<style>', '</style>', ' fill=', 'on', 'x:'],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
        let out: Uint8Array;
        try {
          out = sanitizeSvg(Buffer.from(`<svg>${parts.join('')}</svg>`));
        } catch (error) {
          expect(isFault(error)).toBe(true);
          return;
        }
        for (const part of partsOf(Buffer.from(out).toString())) {
          expect(elements.has(part.name), part.name).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  const drawings = ['hostile', 'formats', 'graphics'].flatMap((folder) =>
    corpus(folder).filter(({ name }) => /svg/.test(name)),
  );
  test('the corpus becomes harmless and looks as it did', async ({ skip }) => {
    if (drawings.length === 0) return skip('no corpus beside the repository');
    let shown = 0;
    for (const { name, path } of drawings) {
      const bytes = await readFile(path);
      let out: Uint8Array;
      try {
        out = sanitizeSvg(bytes);
      } catch (error) {
        expect(isFault(error), path).toBe(true);
        continue;
      }
      expectHarmless(Buffer.from(out).toString());
      if (name === 'giant.svg') continue;
      const pixels = (file: Uint8Array) => sharp(file).resize(200).raw().toBuffer();
      expect((await pixels(out)).equals(await pixels(bytes)), path).toBe(true);
      shown++;
    }
    expect(shown).toBeGreaterThan(5);
  });
});

test('a plain document type is taken off before rasterising', () => {
  expect(safeSvgText(Buffer.from('\ufeff<!DOCTYPE svg><svg/>'))).toBe('<svg/>');
});
