/**
 * The values of all options, as a type that follows from their table.
 */
import type { OPTIONS, OptionName, OptionOf } from './options.ts';

/** Options with a fallback: their value is always there. */
type Settled = {
  [Name in OptionName]: (typeof OPTIONS)[Name] extends { readonly fallback: string } ? Name : never;
}[OptionName];

type SectionOf<Name> = Name extends `${infer Section}.${string}` ? Section : never;
type KeyOf<Name, Section extends string> = Name extends `${Section}.${infer Key}` ? Key : never;
type PlainOf<Name> = Name extends `${string}.${string}` ? never : Name;
type Full<Section extends string, Key extends string> = Extract<`${Section}.${Key}`, OptionName>;

type SectionValues<Section extends string> = {
  readonly [Key in KeyOf<Settled, Section>]: OptionOf<Full<Section, Key>>;
} & {
  readonly [Key in KeyOf<Exclude<OptionName, Settled>, Section>]?: OptionOf<Full<Section, Key>>;
};

/**
 * The values of all options: that of `listen.port` stands at `listen.port`. An option
 * without a fallback may be absent. Follows from the table, so that no row can be
 * forgotten here.
 */
export type OptionValues = {
  readonly [Section in SectionOf<OptionName>]: SectionValues<Section>;
} & { readonly [Name in PlainOf<Settled>]: OptionOf<Name> } & {
  readonly [Name in PlainOf<Exclude<OptionName, Settled>>]?: OptionOf<Name>;
};
