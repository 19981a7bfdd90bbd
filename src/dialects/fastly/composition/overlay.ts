/**
 * Overlay: a picture of the same service laid on the result (docs/spec/fastly-io.md 8.2, 8.3).
 *
 * Its lengths are pixels of the result or shares of it; `dpr` does not multiply them.
 */
import type { SourceRef } from '../../../image/source-ref.ts';
import type { Length, MarginSides, OverlayOp, ResizeOp } from '../../../plan/op.ts';
import { extent, isNothing, sides } from '../params/readers.ts';
import { fieldsOf } from './header-query.ts';
import { OWN_PICTURE, ownPicture } from './own-picture.ts';

/** The parameter that its remarks name. */
export const OVERLAY = 'overlay';

export interface Overlay {
  readonly ref: SourceRef;
  /** On the second picture at `index` of the list. */
  op(index: number): OverlayOp;
}

/** Takes what is wrong with a field. */
export type Complain = (name: string, expected: string) => void;

/** The overlay that a query string names; undefined where it names none that can be used. */
export function readOverlay(query: string, complain: Complain): Overlay | undefined {
  const fields = fieldsOf(query);
  const url = fields.get('overlay') ?? fromBase64(fields.get('overlay-base64'));
  if (url === undefined) {
    if (fields.has('overlay-base64')) complain('overlay-base64', `${OWN_PICTURE} in base64`);
    return undefined;
  }
  const ref = ownPicture(url);
  if (ref === undefined) {
    complain(fields.has('overlay') ? 'overlay' : 'overlay-base64', OWN_PICTURE);
    return undefined;
  }
  const read = <T>(name: string, reader: (text: string) => T | undefined, expected: string) => {
    const text = fields.get(name);
    const value = text === undefined ? undefined : reader(text);
    if (text !== undefined && value === undefined) complain(name, expected);
    return value;
  };
  const width = read('overlay-width', extent, 'pixels from 1, or a percentage like 50p');
  const height = read('overlay-height', extent, 'pixels from 1, or a percentage like 50p');
  const align = read(
    'overlay-align',
    alignment,
    'top, middle or bottom, and left, center or right',
  );
  const margin = read('overlay-pad', sides, 'one to four lengths: top, right, bottom, left');
  const tile = read('overlay-repeat', repetition, 'x, y or both');
  return {
    ref,
    op: (index) => ({
      kind: 'overlay',
      picture: { index, ops: [{ kind: 'orient', by: 'source' }] },
      ...boxOf(width, height),
      x: { kind: 'slack', share: align?.x ?? 0.5 },
      y: { kind: 'slack', share: align?.y ?? 0.5 },
      pad: 0,
      ...(margin && !isFlat(margin) ? { margin } : {}),
      ...(tile ? { tile } : {}),
      mode: 'normal',
      opacity: 1,
    }),
  };
}

/** With one side the other follows; with both the box is forced, as with `width` and `height` themselves. */
function boxOf(width?: Length, height?: Length): { readonly box?: ResizeOp } {
  if (width === undefined && height === undefined) return {};
  return {
    box: {
      kind: 'resize',
      ...(width ? { width } : {}),
      ...(height ? { height } : {}),
      fit: width && height ? 'stretch' : 'inside',
      enlarge: 'allowed',
      filter: 'lanczos3',
    },
  };
}

/** Standard or URL-safe base64 of a text in UTF-8, with or without its padding. */
function fromBase64(text: string | undefined): string | undefined {
  const digits =
    text
      ?.replace(/={1,2}$/, '')
      .replaceAll('-', '+')
      .replaceAll('_', '/') ?? '';
  if (!/^[A-Za-z0-9+/]+$/.test(digits) || digits.length % 4 === 1) return undefined;
  return new TextDecoder().decode(Uint8Array.from(atob(digits), (byte) => byte.charCodeAt(0)));
}

const ROWS: Readonly<Record<string, number>> = { top: 0, middle: 0.5, bottom: 1 };
const COLUMNS: Readonly<Record<string, number>> = { left: 0, center: 0.5, right: 1 };

/** Words in either order; what is not named stands in the middle. */
function alignment(text: string): { readonly x: number; readonly y: number } | undefined {
  const words = text.split(',');
  const rows = words.filter((word) => Object.hasOwn(ROWS, word));
  const columns = words.filter((word) => Object.hasOwn(COLUMNS, word));
  if (rows.length > 1 || columns.length > 1) return undefined;
  if (rows.length + columns.length !== words.length) return undefined;
  return { x: COLUMNS[columns[0] ?? 'center']!, y: ROWS[rows[0] ?? 'middle']! };
}

function repetition(text: string): OverlayOp['tile'] {
  return text === 'x' || text === 'y' || text === 'both' ? text : undefined;
}

function isFlat(margin: MarginSides): boolean {
  return Object.values(margin).every(isNothing);
}
