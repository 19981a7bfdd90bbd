/**
 * PSD and PSB: the composite that Photoshop keeps beside the layers
 * (docs/decisions/0032-psd-by-a-reader-of-our-own.md).
 *
 * Grey, a palette, RGB and inks, of 8 and 16 bits, with alpha and profile; others are said to be unsupported.
 */
import { Fault } from '../../base/fault.ts';
import {
  hasMergedAlpha,
  type PsdHeader,
  psdComposite,
  psdHeader,
  psdPalette,
  psdProfile,
  psdResource,
} from '../../containers/psd.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { profileFacts } from '../../metadata/profile-facts.ts';
import type { ForeignPicture, ForeignReader } from './foreign-reader.ts';

/** How a color mode is stored, by its number in the file. */
interface Mode {
  readonly space: 'grey' | 'rgb' | 'cmyk';
  readonly planes: 1 | 3 | 4;
  /** What the profile of such a file is of. */
  readonly profile: 'GRAY' | 'RGB ' | 'CMYK';
}

const INDEXED = 2;
const MODES: Readonly<Partial<Record<number, Mode>>> = {
  1: { space: 'grey', planes: 1, profile: 'GRAY' },
  [INDEXED]: { space: 'rgb', planes: 1, profile: 'RGB ' },
  3: { space: 'rgb', planes: 3, profile: 'RGB ' },
  4: { space: 'cmyk', planes: 4, profile: 'CMYK' },
  // Duotone: the grey picture that the inks are printed over.
  8: { space: 'grey', planes: 1, profile: 'GRAY' },
};

const NAMES = ['black and white', 'grey', 'a palette', 'RGB', 'CMYK', '', '', 'several channels'];
const LATER_NAMES = ['a duotone', 'Lab'];

/** The resource that names the clear color of a palette. */
const CLEAR_INDEX = 1047;

interface Facts extends PsdHeader {
  readonly how: Mode;
  readonly alpha: boolean;
  readonly clear: number | undefined;
  readonly icc: Uint8Array | undefined;
}

/** What a file says of itself. @throws Fault source-broken, source-unsupported */
function factsOf(bytes: Uint8Array): Facts {
  const header = psdHeader(bytes);
  if (header === undefined) throw broken();
  const { mode, depth, channels } = header;
  const how = MODES[mode];
  const deep = mode === INDEXED ? depth === 8 : depth === 8 || depth === 16;
  if (how === undefined || !deep) {
    const name = [...NAMES, ...LATER_NAMES][mode] || 'another color mode';
    throw new Fault(
      'source-unsupported',
      `Expected a PSD of 8 or 16 bits in grey, RGB, CMYK or a palette, got one of ${depth} bits in ${name}.`,
    );
  }
  if (channels < how.planes) throw broken();
  const clear = mode === INDEXED ? clearIndex(bytes) : undefined;
  const icc = psdProfile(bytes);
  const fits = icc !== undefined && colorOf(icc) === how.profile;
  return {
    ...header,
    ...{ how, clear, icc: fits ? icc : undefined },
    alpha: clear !== undefined || (channels > how.planes && hasMergedAlpha(bytes)),
  };
}

function colorOf(icc: Uint8Array): string {
  return String.fromCharCode(...icc.subarray(16, 20));
}

function clearIndex(bytes: Uint8Array): number | undefined {
  const found = psdResource(bytes, CLEAR_INDEX);
  return found?.length === 2 ? found[0]! * 256 + found[1]! : undefined;
}

export const psdReader: ForeignReader = {
  async describe(bytes): Promise<SourceInfo> {
    const { width, height, alpha, how, icc } = factsOf(bytes);
    return {
      format: 'psd',
      bytes: bytes.length,
      ...{ width, height, orientation: 1, pages: 1, delays: [], loop: 1, alpha },
      ...profileFacts(icc),
      space: how.space,
      depth: 8,
      lossless: true,
    };
  },
  async decode(bytes): Promise<ForeignPicture> {
    const facts = factsOf(bytes);
    const { width, height, how, icc, mode, clear, alpha } = facts;
    const own = mode !== INDEXED && alpha ? 1 : 0;
    const found = psdComposite(bytes, facts, how.planes + own);
    if (found === 'broken') throw broken();
    if (found === 'absent' || found === 'compressed') {
      const got = found === 'absent' ? 'one without' : 'one that is compressed by ZIP';
      throw new Fault('source-unsupported', `Expected a PSD with a composite, got ${got}.`);
    }
    const profile = icc ? { profile: icc } : {};
    if (mode === INDEXED) {
      const palette = psdPalette(bytes);
      if (palette === undefined) throw broken();
      return { width, height, ...inPalette(found.data, palette, clear), space: 'rgb', ...profile };
    }
    const data = interleaved(found.data, width * height, how.planes + own, facts.depth);
    if (own) withoutMatte(data, how.planes + own);
    if (how.space === 'cmyk') invertInks(data, how.planes + own);
    const channels = (how.planes + own) as ForeignPicture['channels'];
    return { width, height, channels, data, space: how.space, ...profile };
  },
};

/** Pixels of 8 bits from planes of 8 or 16. */
function interleaved(planes: Uint8Array, pixels: number, channels: number, depth: number) {
  const out = new Uint8Array(pixels * channels);
  const step = depth / 8;
  for (let plane = 0, from = 0; plane < channels; plane++) {
    for (let to = plane; to < out.length; to += channels, from += step) {
      const level = planes[from]!;
      out[to] = step === 1 ? level : (level * 256 + planes[from + 1]! + 128) / 257;
    }
  }
  return out;
}

/** The composite is laid on white: colors are what they were before that, in place. */
function withoutMatte(data: Uint8Array, channels: number): void {
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + channels - 1; c++) {
      data[c] = Math.min(255, Math.max(0, Math.round(255 - ((255 - data[c]!) * 255) / alpha)));
    }
  }
}

/** Inks are stored as what they leave of the light. */
function invertInks(data: Uint8Array, channels: number): void {
  for (let i = 0; i < data.length; i += channels) {
    for (let c = i; c < i + 4; c++) data[c] = 255 - data[c]!;
  }
}

function inPalette(indices: Uint8Array, palette: Uint8Array, clear: number | undefined) {
  const channels = clear === undefined ? 3 : 4;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0, to = 0; i < indices.length; i++, to += channels) {
    const index = indices[i]!;
    data[to] = palette[index]!;
    data[to + 1] = palette[256 + index]!;
    data[to + 2] = palette[512 + index]!;
    if (channels === 4) data[to + 3] = index === clear ? 0 : 255;
  }
  return { channels, data } as const;
}

function broken(): Fault {
  return new Fault('source-broken', 'The source image is damaged or incomplete.');
}
