/**
 * Shapes: what the server of the playground and its page tell each other, as types alone, which both are checked by.
 */
import type { Diagnostic } from '../../base/diagnostic.ts';

export type DialectName = 'fastly' | 'imgix' | 'imageoptim';

/** Parameters with their texts, in the order of a URL. */
export type Given = readonly (readonly [name: string, text: string])[];

/** How the form asks for a parameter. */
export type Control =
  | { readonly kind: 'flag' | 'color' | 'text' }
  | { readonly kind: 'choice'; readonly words: readonly string[]; readonly several: boolean }
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly whole: boolean;
    };

export interface ParameterRow {
  readonly name: string;
  readonly group: string;
  readonly aliases: readonly string[];
  readonly values: string;
  readonly fallback: string;
  readonly doc: string;
  readonly note?: string;
  readonly support: string;
  readonly control: Control;
}

export interface DialectTable {
  readonly name: DialectName;
  readonly title: string;
  readonly parameters: readonly ParameterRow[];
}

/** URLs by the widths of their pictures in pixels. */
export type Widths = readonly (readonly [width: number, url: string])[];

/** The same meaning in another dialect, as near as it can be said. */
export interface OtherUrl {
  readonly dialect: DialectName;
  readonly values: Given;
  readonly url: string;
  /** The stored picture would be the same. */
  readonly same: boolean;
  /** Lines of the plans that differ: of this one, and of the other. */
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

export interface CompiledUrl {
  readonly dialect: DialectName;
  readonly values: Given;
  /** With the dialect's mount of the demo in front. */
  readonly url: string;
  readonly diagnostics: readonly Diagnostic[];
  /** One step per line; absent where the service would refuse the URL. */
  readonly plan?: readonly string[];
  /** Why it would. */
  readonly refusal?: { readonly code: string; readonly message: string };
  /** URLs for widths, for a srcset. */
  readonly widths: Widths;
  /** The same for formats that the dialect can name. */
  readonly formats: readonly { readonly format: string; readonly widths: Widths }[];
  /** The same meaning in the other dialects. */
  readonly others: readonly OtherUrl[];
}
