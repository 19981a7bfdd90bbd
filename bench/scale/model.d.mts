import type { Counts } from './simulate.mjs';
import type { Catalogue } from './trace.mjs';
export interface ModelledPlace extends Catalogue {
  readonly rate: number;
  readonly nodes: number;
  readonly balance?: 'hash' | 'turn';
  readonly memory: number;
  readonly disk: number;
  readonly bytes: number;
  readonly life?: number;
  readonly newVariants?: number;
  readonly cdn?: { readonly edges: number; readonly ttl: number } | undefined;
}
export type Rates = Record<Exclude<keyof Counts, 'fetches'> | 'reached', number>;
export type Costs = Readonly<Partial<Record<keyof Counts | 'reached', number>>>;
export function rates(place: ModelledPlace): Rates;
export function processorSeconds(counts: Partial<Counts>, costs: Costs): number;
export function coresFor(each: Partial<Counts>, costs: Costs, load?: number): number;
