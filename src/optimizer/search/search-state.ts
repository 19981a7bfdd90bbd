/**
 * SearchState: what a correction may read of the quality search whose result it changes.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { StageName } from '../codecs/codec.ts';
import type { Curve } from '../model/priors.ts';
import type { SearchSettings } from './search-settings.ts';
import type { MeasuredAttempt, TrialRunner } from './trial-runner.ts';

export interface SearchState {
  readonly runner: TrialRunner;
  readonly settings: SearchSettings;
  /** Highest quality allowed, by the settings and by the encoder. */
  readonly qualityCap: number;
  /** Every trial of the search, in order. */
  readonly tried: readonly MeasuredAttempt[];
  /** Whether chroma is sharp now. */
  readonly sharp: boolean;
  /** Time is up. */
  readonly late: boolean;
  curve(stage: StageName): Curve;
  encoding(stage: StageName, quality: number): Encoding;
  passes(attempt: MeasuredAttempt): boolean;
  isFinal(attempt: MeasuredAttempt): boolean;
}
