/**
 * Settings: what the operator set for a whole service, by the vendor's own
 * names (docs/spec/fastly-io.md 3), and two names of ours.
 *
 * A value that cannot be read counts as not set.
 */
import type { Filter } from '../../plan/op.ts';
import { qualityNumber } from './params/readers.ts';
import { PARAMS } from './params.ts';

export interface ServiceSettings {
  /** Quality where the URL gives none, 1..100. */
  readonly jpegQuality: number;
  readonly webpQuality: number;
  /** `auto`: progressive where the source is a progressive JPEG, else baseline. */
  readonly jpegType: 'auto' | 'baseline' | 'progressive';
  readonly filter: Filter;
  /** As if every request said `auto=webp`. */
  readonly webp: boolean;
  /** As if every request said `enable=upscale`. */
  readonly upscale: boolean;
  /**
   * Ours, `strict_params`: a value outside its grammar is an error, not a warning
   * (docs/spec/fastly-io.md 13.4).
   */
  readonly strict: boolean;
  /**
   * Ours, `origin_query`: `unknown` sends parameters that are not of this dialect to the origin
   * (docs/spec/fastly-io.md 1.3).
   */
  readonly originQuery: 'none' | 'unknown';
}

export function readSettings(given: Readonly<Record<string, string>> = {}): ServiceSettings {
  const text = (name: string) => (Object.hasOwn(given, name) ? String(given[name]) : '');
  const type = text('jpeg_type');
  return {
    jpegQuality: qualityNumber(text('jpeg_quality')) ?? 85,
    webpQuality: qualityNumber(text('webp_quality')) ?? 85,
    jpegType: type === 'baseline' || type === 'progressive' ? type : 'auto',
    filter: PARAMS['resize-filter'].read(text('resize_filter')).value ?? 'lanczos3',
    webp: text('webp') === 'true',
    upscale: text('upscale') === 'true',
    strict: text('strict_params') === 'true',
    originQuery: text('origin_query') === 'unknown' ? 'unknown' : 'none',
  };
}
