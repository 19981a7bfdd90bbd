import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL, drawing, NOTHING, RED, SMALL, shown, VIEW } from './drawings.suite.ts';
import { hasStyles } from './has-styles.ts';
import { plainStyles } from './plain-styles.ts';

describe('what librsvg shows as browsers do', () => {
  test.each<[string, string]>([
    [
      'a property of the root',
      drawing(`<rect class="a" ${ALL}/>`, ':root{--x:#f00}.a{fill:var(--x)}'),
    ],
    [
      'one with a fallback',
      drawing(`<rect class="a" ${ALL}/>`, ':root{--x:#f00}.a{fill:var(--x,#0f0)}'),
    ],
    [
      'one of svg in an attribute',
      drawing(`<rect fill="var(--x, #0f0)" ${ALL}/>`, 'svg{--x:#f00}'),
    ],
    ['one of its own', drawing(`<rect style="--x:#f00;fill:var(--x,#0f0)" ${ALL}/>`)],
    ['one of the same rule', drawing(`<rect class="a" ${ALL}/>`, '.a{--x:#f00;fill:var(--x)}')],
    ['one of another', drawing(`<rect fill="var(--x)" ${ALL}/>`, ':root{--y:#f00;--x:var(--y)}')],
    ['a fallback in a fallback', drawing(`<rect fill="var(--x,var(--y,#f00))" ${ALL}/>`)],
    ['a part of a value', drawing(`<rect fill="rgb(var(--r),0,0)" ${ALL}/>`, '*{--r:255}')],
    ['a screen', drawing(`<rect class="a" ${ALL}/>`, '@media screen{.a{fill:#f00}}')],
    [
      'light colors',
      drawing(`<rect class="a" ${ALL}/>`, '@media (prefers-color-scheme:light){.a{fill:#f00}}'),
    ],
    [
      'not dark ones',
      drawing(
        `<rect class="a" ${ALL}/>`,
        '.a{fill:#f00}@media (prefers-color-scheme: dark){.a{fill:#0f0}}',
      ),
    ],
    ['no print', drawing(`<rect class="a" ${ALL}/>`, '.a{fill:#f00}@media print{.a{fill:#0f0}}')],
    [
      'a window of its size',
      drawing(
        `<rect class="a" ${ALL}/>`,
        '@media (min-width: 30px) and (max-width:40px){.a{fill:#f00}}',
      ),
    ],
    [
      'a window within a screen',
      drawing(
        `<rect class="a" ${ALL}/>`,
        '@media only screen{@media (max-height:99px){.a{fill:#f00}}}',
      ),
    ],
    ['a layer', drawing(`<rect class="a" ${ALL}/>`, '@layer one{.a{fill:#f00}}')],
    [
      'CDATA',
      drawing(`<rect class="a" ${ALL}/>`, '<![CDATA[@media screen{g > .b,.a{fill:#f00}}]]>'),
    ],
    [
      'an origin in a rule',
      drawing(
        `<rect class="a" ${SMALL}/>`,
        '.a{fill:#f00;transform:scale(4);transform-origin:20px 20px}',
      ),
    ],
    [
      'an origin in a style',
      drawing(`<rect style="fill:#f00;transform-origin:50% 50%;transform:scale(4)" ${SMALL}/>`),
    ],
    [
      'an origin in words',
      drawing(`<rect style="fill:#f00;transform-origin:center;transform:scale(4)" ${SMALL}/>`),
    ],
    [
      'an origin in an attribute',
      drawing(`<rect fill="#f00" transform-origin="20 20" transform="scale(4)" ${SMALL}/>`),
    ],
    [
      'an origin of a transform with a property in it',
      drawing(
        `<rect fill="#f00" transform="scale(var(--s,1))" transform-origin="var(--o)" ${SMALL}/>`,
        ':root{--s:4;--o:20 20}',
      ),
    ],
    [
      'words the other way round',
      drawing(
        '<rect style="fill:#f00;transform-origin:top left;transform:scale(4)" width="10" height="10"/>',
      ),
    ],
  ])('%s', async (_, text) => {
    expect(await shown(text)).toBe(RED);
  });

  test.each<[string, string, string]>([
    [
      'a property that nobody defines',
      drawing(`<rect fill="var(--x)" ${ALL}/>`, '.a{fill:var(--y)}'),
      '0,0,0,255',
    ],
    [
      'properties that name each other',
      drawing(`<rect fill="var(--x)" ${ALL}/>`, ':root{--x:var(--y);--y:var(--x)}'),
      '0,0,0,255',
    ],
    [
      'a feature that is not known',
      drawing(`<rect class="a" fill="#f00" ${ALL}/>`, '@media not (made-up: 1){.a{fill:#0f0}}'),
      RED,
    ],
  ])('%s is left to librsvg', async (_, text, color) => {
    expect(await shown(text)).toBe(color);
  });

  test('turned about its middle a square covers what it covered', async () => {
    const turn = drawing(
      '<rect style="fill:#f00;transform-origin:center;transform:rotate(90deg)" width="40" height="10"/>',
    );
    expect([await shown(turn, [35, 20]), await shown(turn, [20, 5])]).toEqual([RED, NOTHING]);
  });
});

describe('a text', () => {
  test('without any of that stays what it is', () => {
    const text = drawing(`<rect fill="#f00" ${ALL}/>`, '.a > .b{fill:red}');
    expect(hasStyles(text)).toBe(false);
  });

  test('outside of tags and style sheets stays what it is', () => {
    const text = drawing('<text>var(--x,2) @media</text><!-- var(--x,1) -->', ':root{--x:1}');
    expect(plainStyles(text, VIEW)).toContain('<text>var(--x,2) @media</text><!-- var(--x,1) -->');
  });

  test('whose properties grow by powers is left as it is', () => {
    const names = Array.from(
      { length: 30 },
      (_, i) => `--x${i}:${`var(--x${i + 1}) `.repeat(30)};`,
    );
    const uses = '<path style="fill:var(--x0)"/>'.repeat(200);
    const text = drawing(uses, `:root{${names.join('')}--x30:${'a'.repeat(1000)}}`);
    expect(plainStyles(text, VIEW)).toBe(text);
  });

  test('of any kind makes nothing throw', () => {
    const piece = fc.constantFrom(
      ...[
        '<style>',
        '</style>',
        '@media',
        'screen',
        '{',
        '}',
        'var(',
        '--x',
        ':',
        ';',
        ')',
        ',',
        '(min-width:3px)',
      ],
      ...[
        '<g style="',
        '"',
        '>',
        '<![CDATA[',
        ']]>',
        '&amp;',
        'transform-origin',
        'transform',
        '50%',
        ':root',
        '<svg ',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(typeof plainStyles(pieces.join(''), VIEW)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });
});
