/**
 * Settings: what the operator set for a whole service, by the vendor's own
 * names (docs/spec/fastly-io.md 3), and names of ours.
 *
 * One row per setting; the check of a configuration and the reference page
 * follow from the table. A value that cannot be read counts as not set here:
 * the configuration has been refused before.
 */
import { nameIndex, nearest } from '../../base/nearest.ts';
import type { Filter } from '../../plan/op.ts';
import type { DefaultProblem } from '../dialect.ts';
import type { FormatSettings } from '../negotiation.ts';
import { didYouMean } from '../shortfall.ts';
import { qualityNumber } from './params/readers.ts';
import { PARAMS } from './params.ts';

/** A row of the table. */
interface Setting<T> {
  /** The grammar for a person. */
  readonly values: string;
  readonly fallback: T;
  readonly doc: string;
  read(text: string): T | undefined;
}

const quality = (doc: string): Setting<number> => ({
  values: 'a whole number from 1 to 100',
  fallback: 85,
  doc,
  read: qualityNumber,
});

const toggle = (doc: string): Setting<boolean> => ({
  values: 'true or false',
  fallback: false,
  doc,
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
});

function word<const Words extends readonly string[]>(
  words: Words,
  fallback: Words[number],
  doc: string,
): Setting<Words[number]> {
  const known = (text: string): text is Words[number] => words.includes(text);
  return {
    values: `one of ${words.join(', ')}`,
    fallback,
    doc,
    read: (text) => (known(text) ? text : undefined),
  };
}

const filter: Setting<Filter> = {
  values: PARAMS['resize-filter'].values,
  fallback: 'lanczos3',
  doc: 'Resampling filter without `resize-filter`.',
  read: (text) => PARAMS['resize-filter'].read(text).value,
};

export const SETTINGS = {
  jpeg_quality: quality('Quality without `quality` and `optimize`, on the JPEG scale.'),
  webp_quality: quality("The same for WebP, on WebP's own scale."),
  jpeg_type: word(
    ['auto', 'baseline', 'progressive'],
    'auto',
    'Kind of JPEG; `auto`: that of a JPEG source, else baseline.',
  ),
  resize_filter: filter,
  webp: toggle('As if every request said `auto=webp`.'),
  upscale: toggle('As if every request said `enable=upscale`.'),
  strict_params: toggle(
    'Ours: a value outside its grammar is an error (400), not a warning (docs/spec/fastly-io.md 13.4).',
  ),
  origin_query: word(
    ['none', 'unknown'],
    'none',
    'Ours: `unknown` sends parameters that are not of this dialect to the origin (docs/spec/fastly-io.md 1.3).',
  ),
  header_features: toggle(
    'Ours: the request headers `X-Fastly-ImageOpto-Overlay` and `-Montage` are honoured. Only behind a proxy that sets them or takes them away: who sends them decides what a cache keeps (docs/spec/fastly-io.md 8.1).',
  ),
  overlay_from_query: toggle(
    'Ours: `overlay`, `overlay-width` and their like are read from the URL too (docs/spec/fastly-io.md 8.3).',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

const NAMES = nameIndex(Object.keys(SETTINGS));

type SettingName = keyof typeof SETTINGS;
type SettingOf<N extends SettingName> = (typeof SETTINGS)[N]['fallback'];

/** What a service is set to; qualities 1..100. */
export interface ServiceSettings extends FormatSettings {
  readonly jpegQuality: number;
  readonly webpQuality: number;
  readonly jpegType: 'auto' | 'baseline' | 'progressive';
  readonly filter: Filter;
  readonly webp: boolean;
  readonly upscale: boolean;
  readonly strict: boolean;
  readonly originQuery: 'none' | 'unknown';
  /** The certificates that C2PA manifests are signed with, by their hash. */
  readonly signer?: string;
  readonly headerFeatures: boolean;
  readonly overlayFromQuery: boolean;
}

export function readSettings(
  given: Readonly<Record<string, string>> = {},
  { formats, missing, signer }: FormatSettings & Pick<ServiceSettings, 'signer'> = {},
): ServiceSettings {
  const setting = <N extends SettingName>(name: N): SettingOf<N> => {
    const row: Setting<SettingOf<N>> = SETTINGS[name];
    const value = Object.hasOwn(given, name) ? row.read(String(given[name])) : undefined;
    return value ?? row.fallback;
  };
  return {
    ...(formats ? { formats } : {}),
    ...(missing ? { missing } : {}),
    ...(signer === undefined ? {} : { signer }),
    jpegQuality: setting('jpeg_quality'),
    webpQuality: setting('webp_quality'),
    jpegType: setting('jpeg_type'),
    filter: setting('resize_filter'),
    webp: setting('webp'),
    upscale: setting('upscale'),
    strict: setting('strict_params'),
    originQuery: setting('origin_query'),
    headerFeatures: setting('header_features'),
    overlayFromQuery: setting('overlay_from_query'),
  };
}

/** Names that are no setting, and values that cannot be read. */
export function checkSettings(given: Readonly<Record<string, string>>): DefaultProblem[] {
  return Object.entries(given).flatMap(([name, text]) => {
    if (!Object.hasOwn(SETTINGS, name)) {
      const hint = didYouMean(nearest(name, NAMES));
      return [{ name, message: `expected the name of a setting${hint}` }];
    }
    const row: Setting<unknown> = SETTINGS[name as SettingName];
    return row.read(text) === undefined
      ? [{ name, message: `expected ${row.values}, got ${JSON.stringify(text)}` }]
      : [];
  });
}
