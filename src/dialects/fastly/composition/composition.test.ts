import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OverlayOp } from '../../../plan/op.ts';
import { fastly } from '../index.ts';

const SETTINGS = {
  name: 'shop',
  origin: 'folder',
  defaults: { header_features: 'true' },
} as const;

const compile = (feature: 'overlay' | 'montage', fields: string) =>
  fastly.compile(
    {
      method: 'GET',
      target: '/a.jpg?width=9',
      headers: { [`x-fastly-imageopto-${feature}`]: fields },
      accepts: new Set(),
      now: 0,
      upload: false,
    },
    SETTINGS,
  );

const NAMES = ['overlay', 'overlay-base64', 'overlay-width', 'overlay-height', 'overlay-align']
  .concat(['overlay-pad', 'overlay-repeat', 'width', 'height', 'layout', 'images', 'padding'])
  .concat(['dpr', 'bg-color', 'format', 'quality']);
const TEXTS = ['/a.png', '/a.png;/b.png', '2a', '4e', '100', '0.5', '50p', 'top,left', 'x', 'both'];
/** What every object has. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);
const text = fc.oneof(
  fc.constantFrom(...TEXTS, ...INHERITED),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const fields = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), text), { maxLength: 12 })
  .map((pairs) => pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'));

describe('whatever the headers hold', () => {
  test.each(['overlay', 'montage'] as const)(
    '%s never throws, and asks no other host',
    (feature) => {
      fc.assert(
        fc.property(fc.oneof(fields, fc.string({ unit: 'binary' })), (given) => {
          const { pictures = [], plan } = compile(feature, given);
          for (const { ref } of pictures) {
            expect(ref.kind).toBe('path');
            expect('path' in ref && ref.path).not.toMatch(/^\//);
          }
          const drawn = plan.ops.filter((op): op is OverlayOp => op.kind === 'overlay');
          expect(drawn.map(({ picture }) => picture.index).every((i) => i < pictures.length)).toBe(
            true,
          );
        }),
      );
    },
  );
});

describe('what is no word of a field', () => {
  test.each(INHERITED)('%s is no layout', (name) => {
    const { pictures, diagnostics } = compile(
      'montage',
      `width=9&height=9&layout=${name}&images=/a.png`,
    );
    expect(pictures).toBeUndefined();
    expect(diagnostics.map(({ message }) => message).join()).toMatch(/layout/);
  });

  test.each(INHERITED)('%s is no side and no repetition', (name) => {
    const { diagnostics } = compile(
      'overlay',
      `overlay=/a.png&overlay-align=${name}&overlay-repeat=${name}`,
    );
    expect(diagnostics.map(({ message }) => message).join()).toMatch(
      /overlay-align.*overlay-repeat/,
    );
  });

  test.each(['overlay', 'montage'] as const)(
    '%s: a header that is too long is named',
    (feature) => {
      const { pictures, diagnostics } = compile(feature, `overlay=/a.png&x=${'y'.repeat(8000)}`);
      expect(pictures).toBeUndefined();
      expect(diagnostics.map(({ message }) => message)).toEqual([
        expect.stringContaining('at most 8000 characters'),
      ]);
    },
  );
});

describe('cells of a montage', () => {
  test('lie within the canvas, next to one another, with the padding between them', () => {
    const side = fc.integer({ min: 40, max: 3000 });
    const layout = fc.constantFrom(
      '2a',
      '2b',
      '3a',
      '3b',
      '3c',
      '3d',
      '4a',
      '4b',
      '4c',
      '4d',
      '4e',
    );
    fc.assert(
      fc.property(
        side,
        side,
        layout,
        fc.integer({ min: 0, max: 9 }),
        (width, height, name, padding) => {
          const images = Array(Number(name[0])).fill('/a.png').join(';');
          const { plan } = compile(
            'montage',
            `width=${width}&height=${height}&layout=${name}&padding=${padding}&images=${images}`,
          );
          const cells = plan.ops.flatMap((op) => (op.kind === 'overlay' ? [cellOf(op)] : []));
          expect(cells).toHaveLength(Number(name[0]));
          for (const [i, a] of cells.entries()) {
            expect(a.left >= 0 && a.top >= 0 && a.right <= width && a.bottom <= height).toBe(true);
            for (const b of cells.slice(i + 1)) {
              const [across, down] = [
                gap(a.left, a.right, b.left, b.right),
                gap(a.top, a.bottom, b.top, b.bottom),
              ];
              // Neighbours are apart by the padding, or by more where another lies between
              expect(Math.max(across, down)).toBeGreaterThanOrEqual(padding);
            }
          }
        },
      ),
    );
  });
});

function cellOf({ box, x, y }: OverlayOp) {
  const pixels = (length: unknown) => (length as { px: number }).px;
  const [left, top] = [x, y].map((at) => (at.kind === 'at' ? pixels(at.length) : Number.NaN));
  return {
    left: left!,
    top: top!,
    right: left! + pixels(box!.width),
    bottom: top! + pixels(box!.height),
  };
}

/** Room between two ranges; below 0 where they overlap. */
const gap = (a: number, b: number, c: number, d: number) => Math.max(c - b, a - d);
