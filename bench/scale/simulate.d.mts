export interface SimulatedPlace {
  readonly nodes: number;
  readonly variants: number;
  readonly balance?: 'hash' | 'turn';
  readonly bucket?: boolean;
  readonly warmUp?: number;
  readonly memory?: number;
  readonly disk?: number;
  readonly bytes?: number;
  readonly cdn?: { readonly edges: number; readonly ttl: number; readonly rate: number };
}
export type Counts = Record<
  'requests' | 'cdn' | 'memory' | 'disk' | 'bucket' | 'renders' | 'fetches' | 'gets' | 'puts',
  number
>;
export class Tier {
  constructor(room: number);
  touch(key: number): boolean;
  keep(key: number, bytes: number): void;
}
export const NOTHING: Counts;
export function simulate(trace: ArrayLike<number>, place: SimulatedPlace): Counts;
