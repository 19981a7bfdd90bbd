/**
 * What an AVIF says about its colors, and whether a gain map stands beside the picture.
 *
 * The primary item may carry `colr` twice: a profile, and code points (`nclx`); where it
 * has neither, the sequence header of the coded picture counts (AV1 Image File Format,
 * and ISO/IEC 23000-22, 7.3.6.4). Pure.
 */
import { sequenceColor } from './av1-sequence.ts';
import { boxes, codedData, firstReference, metaParts, primaryItem, propertiesOf } from './avif.ts';
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
  /** A picture without chroma whose black and white lie within the scale: at 16 and 235 of 8 bits. */
  readonly limitedGrey: boolean;
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
  const data = codedData(file);
  const coded = data && sequenceColor(data);
  const codePoints = hasProfile ? undefined : nclx ? readNclx(nclx) : coded?.codePoints;
  const limited = nclx ? isLimited(nclx) : (coded?.limited ?? false);
  return {
    hasProfile,
    ...(codePoints === undefined ? {} : { codePoints }),
    ...(maxLight ? { maxLight } : {}),
    gainMap: itemTypes(parts.get('iinf')).includes('tmap'),
    premultiplied: primary !== undefined && isPremultiplied(parts.get('iref'), primary),
    limitedGrey: coded?.grey === true && limited,
  };
}

/** Whether an item refers to another as the alpha it was multiplied by. */
function isPremultiplied(iref: Uint8Array | undefined, item: number): boolean {
  return iref !== undefined && firstReference(iref, 'prem', item) !== undefined;
}

/** Whether the code points say that samples leave room at both ends of the scale. */
function isLimited(body: Uint8Array): boolean {
  return ((body[10] ?? 0x80) & 0x80) === 0;
}

function readNclx(body: Uint8Array): CodePoints | undefined {
  const [primaries, transfer] = [uint16(body, 4), uint16(body, 6)];
  return primaries === undefined || transfer === undefined ? undefined : { primaries, transfer };
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
