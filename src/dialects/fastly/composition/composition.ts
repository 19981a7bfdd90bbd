/**
 * Composition: what the request headers of overlay and montage add to a request
 * (docs/spec/fastly-io.md 8).
 *
 * They are honoured where the source says so: whoever sends such a header decides what caches keep
 * under the address, which at the vendor is the owner's own edge code.
 */
import { type Diagnostic, notBuilt, notUsed } from '../../../base/diagnostic.ts';
import type { Op } from '../../../plan/op.ts';
import type { ImageRequest, PictureRef } from '../../dialect.ts';
import type { ServiceSettings } from '../settings.ts';
import { LONGEST_FIELDS } from './header-query.ts';
import { MONTAGE, type Montage, readMontage } from './montage.ts';
import { OVERLAY, readOverlay } from './overlay.ts';

const OVERLAY_HEADER = 'x-fastly-imageopto-overlay';
const MONTAGE_HEADER = 'x-fastly-imageopto-montage';
const HEADERS = [OVERLAY_HEADER, MONTAGE_HEADER] as const;

export interface Composition {
  /** In place of everything else. */
  readonly montage?: Montage;
  /** The step of the overlay. */
  readonly ops: readonly Op[];
  readonly pictures: readonly PictureRef[];
  /** Request headers that change the answer. */
  readonly vary: readonly string[];
}

const NONE: Composition = { ops: [], pictures: [], vary: [] };

export function composition(
  { headers, target }: ImageRequest,
  { headerFeatures, overlayFromQuery }: ServiceSettings,
  diagnostics: Diagnostic[],
): Composition {
  const vary = headerFeatures ? HEADERS : [];
  const complain = (feature: string) => (name: string, expected: string) => {
    diagnostics.push(notUsed(`${feature}: ${name}: expected ${expected}`, feature));
  };
  /** The text of a header that may be read. */
  const given = (header: string, feature: string): string | undefined => {
    const text = headerFeatures ? headers[header] : undefined;
    if (text === undefined || text.length <= LONGEST_FIELDS) return text;
    complain(feature)(header, `at most ${LONGEST_FIELDS} characters`);
    return undefined;
  };
  if (!headerFeatures) {
    for (const header of HEADERS) {
      if (!headers[header]) continue;
      const text = `Header ${header} is ignored: header_features of the source allows it`;
      diagnostics.push(notBuilt(text));
    }
  }
  const montage = readGiven(given(MONTAGE_HEADER, MONTAGE), (text) =>
    readMontage(text, complain(MONTAGE)),
  );
  if (montage) {
    return {
      ...NONE,
      vary,
      montage,
      pictures: montage.refs.map((ref) => ({ ref, param: MONTAGE })),
    };
  }
  const named = given(OVERLAY_HEADER, OVERLAY);
  const mark = target.indexOf('?');
  const query = overlayFromQuery && mark >= 0 ? target.slice(mark + 1) : undefined;
  const overlay = readGiven(named ?? query, (text) => readOverlay(text, complain(OVERLAY)));
  if (overlay === undefined) return { ...NONE, vary };
  return { vary, ops: [overlay.op(0)], pictures: [{ ref: overlay.ref, param: OVERLAY }] };
}

function readGiven<T>(text: string | undefined, read: (text: string) => T | undefined) {
  return text ? read(text) : undefined;
}
