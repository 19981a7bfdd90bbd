/**
 * What an AVIF says about its colors, and whether a gain map stands beside the picture.
 *
 * The primary item may carry `colr` twice: a profile, and code points (`nclx`); where it
 * has neither, the sequence header of the coded picture counts (AV1 Image File Format,
 * and ISO/IEC 23000-22, 7.3.6.4). Pure.
 */
import { sequenceCodePoints } from './av1-sequence.ts';
import { avifItems, boxes, metaParts, primaryItem, propertiesOf } from './avif.ts';
import { latin1, uint16, uint32 } from './bytes.ts';
import type { CodePoints } from './code-points.ts';

export interface AvifColor {
  readonly codePoints?: CodePoints;
  /** An ICC profile stands there. */
  readonly hasProfile: boolean;
  /** `clli`: the brightest pixel in cd/m². */
  readonly maxLight?: number;
  /** Beside the picture lies a map from it to a brighter or darker rendering. */
  readonly gainMap: boolean;
  /** Colors are stored multiplied by their alpha (`prem`; ISO/IEC 23000-22, 7.3.5.2). */
  readonly premultiplied: boolean;
}

/** The colors of the primary item. */
export function avifColor(file: Uint8Array): AvifColor {
  const parts = metaParts(file);
  const primary = primaryItem(parts);
  const iprp = parts.get('iprp');
  const own = (iprp && primary !== undefined && propertiesOf(iprp).get(primary)) || [];
  const bodies = own.flatMap(({ box }) => boxes(box));
  const colors = bodies.filter(({ name }) => name === 'colr').map(({ body }) => body);
  const kind = (body: Uint8Array) => latin1(body, 0, 4);
  const nclx = colors.find((body) => kind(body) === 'nclx');
  const hasProfile = colors.some((body) => kind(body) === 'prof' || kind(body) === 'rICC');
  const light = bodies.find(({ name }) => name === 'clli')?.body;
  const maxLight = light && uint16(light, 0);
  const codePoints = hasProfile ? undefined : nclx ? readNclx(nclx) : codedPoints(file);
  return {
    hasProfile,
    ...(codePoints === undefined ? {} : { codePoints }),
    ...(maxLight ? { maxLight } : {}),
    gainMap: itemTypes(parts.get('iinf')).includes('tmap'),
    premultiplied: primary !== undefined && isPremultiplied(parts.get('iref'), primary),
  };
}

/** Whether an item refers to another as the alpha it was multiplied by. */
function isPremultiplied(iref: Uint8Array | undefined, item: number): boolean {
  if (iref === undefined) return false;
  const idAt = iref[0] === 0 ? uint16 : uint32;
  return boxes(iref.subarray(4)).some(
    ({ name, body }) => name === 'prem' && idAt(body, 0) === item,
  );
}

function readNclx(body: Uint8Array): CodePoints | undefined {
  const [primaries, transfer] = [uint16(body, 4), uint16(body, 6)];
  return primaries === undefined || transfer === undefined ? undefined : { primaries, transfer };
}

function codedPoints(file: Uint8Array): CodePoints | undefined {
  const data = avifItems(file)?.color.data;
  return data && sequenceCodePoints(data);
}

/** The types of all items. */
function itemTypes(iinf: Uint8Array | undefined): string[] {
  if (iinf === undefined) return [];
  const entries = boxes(iinf.subarray(iinf[0] === 0 ? 6 : 8));
  return entries.map(({ body }) => {
    const wide = body[0] === 3;
    return uint32(body, 0) === undefined ? '' : latin1(body, wide ? 10 : 8, wide ? 14 : 12);
  });
}
