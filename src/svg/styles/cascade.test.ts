import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ALL, drawing, NOTHING, RED, shown, VIEW } from './drawings.suite.ts';
import { hasStyles } from './has-styles.ts';
import { plainStyles } from './plain-styles.ts';

/** Covers the drawing in black, unless a rule says otherwise. */
const A = `<rect class="a" ${ALL}/>`;
const IN = `<g class="t"><g class="u">${A}</g></g>`;

/** Each is red in Chromium; `#0f0` is what must not win. */
describe('a rule that browsers follow is followed', () => {
  test.each<[string, string]>([
    ['a list in a selector', drawing(A, ':is(.a,.b){fill:#f00}')],
    ['a list with a part that nobody knows', drawing(A, ':is(.a,:made-up(1)){fill:#f00}')],
    ['a list weighs as its heaviest part', drawing(A, ':is(.a,#z){fill:#f00}.a.a{fill:#0f0}')],
    ['a list without weight', drawing(A, 'rect{fill:#f00}:where(.a){fill:#0f0}')],
    ['what something holds', drawing(IN, '.t:has(> .u .a) rect{fill:#f00}')],
    ['what something stands before', drawing(`${A}<g class="z"/>`, '.a:has(+ .z){fill:#f00}')],
    ['a place among some', drawing(`<g/>${A}`, '.a{fill:#0f0}:nth-child(1 of .a){fill:#f00}')],
    ['a place from the end', drawing(`${A}<g/>`, ':nth-last-child(2):is(rect){fill:#f00}')],
    ['an attribute', drawing(`<rect data-x="One" ${ALL}/>`, ':is([data-x^="o" i]){fill:#f00}')],
    ['a rule in a rule', drawing(IN, '.t{.u{> .a{fill:#f00}}}')],
    ['a rule in a rule with its sign', drawing(A, '<![CDATA[rect{&.a{fill:#f00}}]]>')],
    ['a sign in a list', drawing(IN, '<![CDATA[.t{.z, & .a{fill:#f00}}]]>')],
    ['declarations behind a rule in a rule', drawing(A, '.a{g{x:y}fill:#f00}')],
    ['media in a rule', drawing(A, '.a{fill:#0f0;@media (min-width:9px){fill:#f00}}')],
    ['what is supported', drawing(A, '@supports (display:grid) and (fill:red){.a{fill:#f00}}')],
    ['not what is supported', drawing(A, '.a{fill:#f00}@supports not (fill:red){.a{fill:#0f0}}')],
    ['not what is unknown', drawing(A, '.a{fill:#f00}@supports (made-up:1){.a{fill:#0f0}}')],
    ['either', drawing(A, '@supports (made-up:1) or (not (made-up:1)){.a{fill:#f00}}')],
    ['a selector', drawing(A, '@supports selector(:is(a)){.a{fill:#f00}}')],
    ['no layer goes before a layer', drawing(A, '.a{fill:#f00}@layer one{.a{fill:#0f0}}')],
    ['nor does its weight', drawing(A, 'rect{fill:#f00}@layer one{.a.a{fill:#0f0}}')],
    [
      'the layer named last',
      drawing(A, '@layer x,y;@layer y{.a{fill:#f00}}@layer x{.a{fill:#0f0}}'),
    ],
    ['a layer before those in it', drawing(A, '@layer x{.a{fill:#f00}@layer y{.a{fill:#0f0}}}')],
    [
      'layers turn round for what is important',
      drawing(A, '@layer x{.a{fill:#f00!important}}.a{fill:#0f0!important}'),
    ],
    [
      'what is important before a style',
      drawing(`<rect class="a" style="fill:#0f0" ${ALL}/>`, ':is(.a){fill:#f00!important}'),
    ],
    [
      'a style before all else',
      drawing(`<rect id="z" style="fill:#f00" ${ALL}/>`, ':is(#z){fill:#0f0}'),
    ],
    ['the last that librsvg knows', drawing(A, ':is(.a){fill:#f00;fill:made-up(1)}')],
    ['a comment', drawing(A, ':is(.a){/* fill:#0f0; */fill:#f00/*;*/}')],
    ['a sheet in references', drawing(IN, '.t &gt; :is(.u) > .a{fill:#f00}')],
    [
      'a sheet for print',
      `${drawing(A, ':is(.a){fill:#f00}').replace('</svg>', '<style media="print">.a{fill:#0f0}</style></svg>')}`,
    ],
    [
      'a sheet of something else',
      `${drawing(A, ':is(.a){fill:#f00}').replace('</svg>', '<style type="text/plain">.a{fill:#0f0}</style></svg>')}`,
    ],
  ])('%s', async (_, text) => {
    expect(hasStyles(text)).toBe(true);
    expect(await shown(text)).toBe(RED);
  });
});

describe('a custom property', () => {
  test.each<[string, string]>([
    [
      'of an element in between',
      drawing(`<g style="--x:#f00"><rect fill="var(--x,#0f0)" ${ALL}/></g>`),
    ],
    ['of a rule in between', drawing(IN, '.u{--x:#f00}.a{fill:var(--x,#0f0)}')],
    ['of the nearest', drawing(IN, '.t{--x:#0f0}.u{--x:#f00}.a{fill:var(--x)}')],
    ['that is important', drawing(A, ':root{--x:#f00!important}:root{--x:#0f0}.a{fill:var(--x)}')],
    ['taken back', drawing(IN, '.t{--x:#0f0}.u{--x:initial}.a{fill:var(--x,#f00)}')],
    ['of two cases', drawing(A, ':root{--X:#0f0;--x:#f00}.a{fill:var(--x)}')],
    [
      'of a wrong value, which takes what it stands before along',
      drawing(`<g fill="#f00">${A}</g>`, '.a{fill:#0f0;fill:var(--none)}'),
    ],
    [
      'of no value',
      drawing(
        `<g fill="#f00"><rect class="a" fill="#0f0" ${ALL}/></g>`,
        ':root{--x:;}.a{fill:var(--x,#0f0)}',
      ),
    ],
  ])('%s', async (_, text) => {
    expect(await shown(text)).toBe(RED);
  });
});

describe('media', () => {
  const escaped = (text: string) => text.replaceAll('<', '&lt;');

  test.each([
    '(width >= 40px)',
    '(30px <= width <= 80px)',
    '(40px = height)',
    '(min-width:1000px) or (max-width:80px)',
    'not (min-width:1000px)',
    'screen and (not (min-width:1000px))',
    '(min-width:1em)',
    '(min-resolution:1dppx)',
    '(resolution:96dpi)',
    '(orientation:portrait)',
    '(min-aspect-ratio:1/2)',
    '(color-gamut:srgb)',
    '(hover:none)',
    'print, (width)',
  ])('%s holds', async (media) => {
    expect(await shown(drawing(A, `@media ${escaped(media)}{.a{fill:#f00}}`))).toBe(RED);
  });

  test.each([
    '(width < 40px)',
    '(50px <= width <= 80px)',
    '(min-width:40px) and (made-up:1)',
    'not (made-up:1)',
    '(made-up) or (width)',
    '(grid)',
    '(orientation:landscape)',
    'not screen',
    '(min-width:40px) and (color) or (width)',
  ])('%s does not', async (media) => {
    expect(await shown(drawing(A, `.a{fill:#f00}@media ${escaped(media)}{.a{fill:#0f0}}`))).toBe(
      RED,
    );
  });
});

/** What Chromium shows; one in part clear has its levels rounded once more by its alpha. */
describe('a color', () => {
  test.each([
    ['oklch(70% .15 140)', '104,180,87,255'],
    ['oklch(0.7 0.15 140deg / 50%)', '103,179,85,128'],
    ['oklab(0.5 -0.1 0.1)', '60,116,10,255'],
    ['lab(60% -40 40)', '81,162,68,255'],
    ['lch(50% 80 20)', '230,13,79,255'],
    ['color(display-p3 .3 .6 .3)', '36,155,66,255'],
    ['color(display-p3 1 0 0)', '255,0,0,255'],
    ['color(srgb .2 .4 .6)', '51,102,153,255'],
    ['color(srgb-linear 0 0 .2158605)', '0,0,128,255'],
    ['light-dark(#f00, #0f0)', RED],
    ['light-dark(oklch(none none none), #0f0)', '0,0,0,255'],
  ])('%s', async (color, is) => {
    const inStyle = await shown(drawing(`<rect style="fill:${color}" ${ALL}/>`));
    const inAttribute = await shown(drawing(`<rect fill="${color}" ${ALL}/>`));
    expect([inStyle, inAttribute]).toEqual([is, is]);
  });

  test.each(['oklch(from red l c h)', 'color(made-up 1 1 1)', 'oklch(1 2)', 'lab(calc(1) 2 3)'])(
    '%s is left to librsvg',
    (color) => {
      const text = drawing(`<rect fill="${color}" ${ALL}/>`);
      expect(plainStyles(text, VIEW)).toBe(text);
    },
  );
});

describe('behind a drawing', () => {
  test.each([
    ['a style', drawing('').replace('<svg', '<svg style="background:#f00"'), RED],
    [
      'a color of it',
      drawing('').replace('<svg', '<svg style="background-color: rgb(255, 0, 0)"'),
      RED,
    ],
    ['a rule', drawing('', ':root{background:#f00}'), RED],
    [
      'a group over it',
      drawing('<g opacity="1"/>', 'svg{fill-opacity:.5;stroke:#0f0;background:red}'),
      RED,
    ],
    ['not of other elements', drawing('<g style="background:#f00"/>'), NOTHING],
    ['not a picture', drawing('', 'svg{background:url(#a) #f00}'), NOTHING],
    ['none', drawing('', 'svg{background:transparent}'), NOTHING],
  ])('%s', async (_, text, is) => {
    expect(await shown(text)).toBe(is);
  });

  test('a drawing that does not fill its window, the color does', async () => {
    const text = drawing('<path d="M0 0"/>')
      .replace('viewBox="0 0 40 40"', 'viewBox="-900 700 40 4000"')
      .replace('<svg', '<svg style="background:#f00"');
    const { data } = await sharp(
      Buffer.from(plainStyles(text, { ...VIEW, box: { width: 40, height: 4000 } })),
    )
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(data.every((byte, at) => byte === (at % 4 === 0 || at % 4 === 3 ? 255 : 0))).toBe(true);
  });
});

describe('what takes too much', () => {
  test('is drawn as librsvg draws it', () => {
    const rules = Array.from({ length: 300 }, (_, i) => `:is(.a${i} ~ .b${i}){fill:#0f0}`).join('');
    const text = drawing('<path class="b1"/>'.repeat(3000), rules);
    expect(plainStyles(text, VIEW)).toBe(text);
  });

  test.each<[string, string]>([
    [
      'properties that every element hands on',
      drawing(
        `<g style="${Array.from({ length: 3000 }, (_, i) => `--a${i}:1`).join(';')}">${'<path style="--b:1"/>'.repeat(3000)}</g>`,
        ':is(a){b:c}',
      ),
    ],
    [
      'declarations for every element',
      drawing(A.repeat(3000), `:is(.a){${'fill:#0f0;'.repeat(3000)}}`),
    ],
    [
      'the siblings of every element',
      drawing('<path class="b"/>'.repeat(5000), '.b:has(~ .z){fill:#0f0}'),
    ],
    [
      'a long path with a box',
      drawing(
        `<path class="a" d="${'M0 0 1 1'.repeat(50_000)}"/>`,
        '.a{transform-box:fill-box;transform:scale(2)}',
      ),
    ],
  ])('%s is drawn as librsvg draws it', (_, text) => {
    expect(plainStyles(text, VIEW)).toBe(text);
  });

  test('of depth makes nothing throw', () => {
    const groups = `${'<g>'.repeat(5000)}${A}${'</g>'.repeat(5000)}`;
    const box = drawing(groups, 'g{transform-box:fill-box;transform:scale(2)}');
    for (const text of [
      box,
      drawing(A, '{'.repeat(100_000)),
      drawing(A, `${':is('.repeat(9000)}a${')'.repeat(9000)}{x:y}`),
    ]) {
      expect(typeof plainStyles(text, VIEW)).toBe('string');
    }
  });

  test('in depth is left out', async () => {
    const deep = '.a{'.repeat(3000);
    expect(await shown(drawing(A, `.a{fill:#f00}${deep}fill:#0f0${'}'.repeat(3000)}`))).toBe(RED);
  });
});
