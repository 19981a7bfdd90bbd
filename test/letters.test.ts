/**
 * Letters: texts of many kinds as they are set, drawn in signs so that a diff shows them.
 *
 * A sign stands for two by four pixels, from blank (white) to `@` (black); `npm run golden` writes
 * `golden/pixels/letters.txt`. A sign may be one step lighter or darker.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TextClip, TextStyle } from '../src/plan/composition/text-style.ts';
import type { OpOf } from '../src/plan/op.ts';
import { flatten } from '../src/raster/compositing.ts';
import { textCanvas, textOn, typesetter } from '../src/text/typeset.ts';
import { clearCanvas, drawnText, withText } from '../src/vips/drawn-text.ts';

// The fonts stand beside the built code.
const by = await typesetter(new URL('../dist/text/fonts.bin', import.meta.url));

const SIGNS = ' .:-=+*#%@';
const FILE = new URL('golden/pixels/letters.txt', import.meta.url);

const style = (text: string, more: Partial<TextStyle> = {}): TextStyle => ({
  ...{ text, family: 'sans', size: 32 },
  color: { red: 0, green: 0, blue: 0, alpha: 1 },
  ...more,
});

const canvas = (text: string, more: Partial<TextStyle> = {}, x = 0): OpOf<'text-canvas'> => ({
  ...{ kind: 'text-canvas', style: style(text, more), width: 220, pad: 4, x, y: 0 },
});

const line = (text: string, clip: Partial<TextClip> = {}, shrink = false): OpOf<'text'> => ({
  ...{ kind: 'text', style: style(text), pad: 4, clip: { at: 'end', ellipsis: false, ...clip } },
  ...{ x: { kind: 'slack', share: 0.5 }, y: { kind: 'slack', share: 0.5 } },
  ...(shrink ? { shrink: true } : {}),
});

const LONG = 'A line that is far too long';

const CASES: Readonly<Record<string, OpOf<'text' | 'text-canvas'>>> = {
  latin: canvas('Hamburg fi'),
  'latin, extended': canvas('Łódź Việt'),
  greek: canvas('Ελλάδα ῥόδον'),
  cyrillic: canvas('Русский ђ'),
  'a serif, bold': canvas('Serif', { family: 'serif', bold: true }),
  'of one width, whose letters stand in columns': canvas('iiii\nWWWW', { family: 'mono' }),
  italic: canvas('Italic', { italic: true }),
  hebrew: canvas('שלום', {}, 1),
  'arabic, whose letters join': canvas('السلام', {}, 1),
  'both directions and a number': canvas('abc שלום 12', {}, 0),
  'marks that are one letter with theirs': canvas('e\u0301 a\u0308 n\u0303'),
  'marks from another face': canvas('π\u0308 ж\u0323'),
  'lines that break at blanks': canvas('Far far away, behind the words'),
  'a word too long for a line': canvas('Donaudampfschiff'),
  'lines that are given': canvas('a\nb', {}, 0.5),
  tracking: canvas('track', { tracking: 8 }),
  'tracking below the usual': canvas('track', { tracking: -4 }),
  leading: canvas('one\ntwo', { leading: 20 }),
  'no ligatures': canvas('fi ffl', { ligatures: 'none', family: 'serif' }),
  'clipped at the end': line(LONG),
  'clipped at the end, with dots': line(LONG, { ellipsis: true }),
  'clipped at the start, with dots': line(LONG, { at: 'start', ellipsis: true }),
  'clipped in the middle, with dots': line(LONG, { at: 'middle', ellipsis: true }),
  'made smaller': line(LONG, {}, true),
};

async function drawn(op: OpOf<'text' | 'text-canvas'>): Promise<string[]> {
  const set = op.kind === 'text' ? textOn(op, { width: 220, height: 56 }, by) : textCanvas(op, by);
  const size = { width: 220, height: op.kind === 'text' ? 56 : Math.ceil(set.height) };
  const { data, width, height } = flatten(
    withText(clearCanvas(size), await drawnText(set, op.style, size)),
    {
      ...{ red: 255, green: 255, blue: 255 },
    },
  );
  const rows: string[] = [];
  for (let top = 0; top + 4 <= height; top += 4) {
    let row = '';
    for (let left = 0; left + 2 <= width; left += 2) {
      let dark = 0;
      for (let y = top; y < top + 4; y++) {
        for (let x = left; x < left + 2; x++) dark += 255 - data[(y * width + x) * 3]!;
      }
      row += SIGNS[Math.min(SIGNS.length - 1, Math.floor((dark / (8 * 255)) * SIGNS.length))];
    }
    rows.push(row.trimEnd());
  }
  return rows;
}

function read(): Map<string, string[]> {
  const blocks = readFileSync(FILE, 'utf8').split(/^== /m).slice(1);
  return new Map(
    blocks.map((block) => {
      const [name = '', ...rows] = block.replace(/\n$/, '').split('\n');
      return [name, rows];
    }),
  );
}

describe('letters', () => {
  if (process.env.GOLDEN === 'write') {
    test('are written anew', async () => {
      let text = '# Texts as they are set; a sign stands for two by four pixels.\n';
      for (const [name, op] of Object.entries(CASES)) {
        text += `== ${name}\n${(await drawn(op)).join('\n')}\n`;
      }
      writeFileSync(FILE, text);
    });
    return;
  }
  const golden = read();

  test('have these cases and no others', () => {
    expect([...golden.keys()]).toEqual(Object.keys(CASES));
  });

  test.each(Object.entries(CASES))('%s', async (name, op) => {
    const [now, before] = [await drawn(op), golden.get(name)!];
    expect(now.length).toBe(before.length);
    now.forEach((row, y) => {
      const [a, b] = [row.padEnd(110), before[y]!.padEnd(110)];
      const off = Array.from(a, (sign, x) => SIGNS.indexOf(sign) - SIGNS.indexOf(b[x]!));
      expect(Math.max(...off.map(Math.abs)), `row ${y}:\n${a}\n${b}`).toBeLessThanOrEqual(1);
    });
  });
});

describe('what is set', () => {
  test('letters without a shape are told, those with one are not', () => {
    expect(textCanvas(canvas('a 你 b'), by).missing).toBe(true);
    expect(textCanvas(canvas('a β я ש ع'), by).missing).toBe(false);
    expect(textCanvas(canvas('π\u0308'), by).missing).toBe(false);
    expect(textCanvas(canvas('a\u200db\u202e\u0007'), by).missing).toBe(false);
  });

  test('a line ends at its limit, and one that fits is left alone', async () => {
    const ends = async (op: OpOf<'text'>) => Math.max(...(await drawn(op)).map((r) => r.length));
    for (const clip of [{}, { ellipsis: true }, { at: 'start' as const }]) {
      expect(await ends(line(LONG, clip))).toBeLessThanOrEqual(108);
    }
    expect(await drawn(line('short', { ellipsis: true }))).toEqual(await drawn(line('short')));
  });

  test('lines are 1.2 sizes apart, and leading is added', () => {
    expect(textCanvas(canvas('a'), by).height).toBe(Math.ceil(38.4 + 8));
    expect(textCanvas(canvas('a\nb'), by).height).toBe(Math.ceil(76.8 + 8));
    expect(textCanvas(canvas('a\nb', { leading: 5 }), by).height).toBe(Math.ceil(81.8 + 8));
  });

  test('two thousand letters are set, and no more than a canvas of 8192', () => {
    const { height, path } = textCanvas({ ...canvas('W'.repeat(2000)), width: 40 }, by);
    expect(height).toBe(8192);
    expect(path).toMatch(/^[MLQCZ0-9 .-]+$/);
  });

  test('a path holds numbers, whatever the text', () => {
    const { path } = textCanvas(canvas('"/><script>&amp;</text>'), by);
    expect(path).toMatch(/^[MLQCZ0-9 .-]+$/);
  });
});
