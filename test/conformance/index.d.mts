/** A request of a row, and what its answer must be. */
export interface Step {
  readonly id?: string;
  readonly mount?: string;
  readonly source?: string;
  readonly query?: string;
  readonly target?: string;
  readonly expect: Readonly<Record<string, unknown>>;
}
export interface Row extends Step {
  readonly id: string;
  readonly dialect: string;
  readonly page: string;
  readonly why: string;
  readonly sources?: readonly string[];
  readonly copies?: Readonly<Record<string, string>>;
  readonly then?: Step | readonly Step[];
}
export interface Result {
  readonly row: Row;
  /** Pictures of the corpus that are not there; the row was not asked then. */
  readonly missing: readonly string[];
  readonly complaints: readonly string[];
}
export interface Place {
  run(row: Row): Promise<Result>;
  close(): Promise<void>;
}
export interface Figures {
  readonly table: string;
  readonly name: string;
  readonly rows: number;
  readonly asked: number;
  readonly passed: number;
}
export const TABLES: Readonly<Record<string, string>>;
export const MOUNTS: Readonly<Record<string, string>>;
export const EXPECTATIONS: ReadonlySet<string>;
export function readTables(): readonly Row[];
export function stepsOf(row: Row): readonly Step[];
export function openPlace(options?: {
  readonly corpus?: string;
  /** Starts what stands in front of the server on a port. */
  readonly through?: (port: number) => Promise<{ readonly port: number; stop(): Promise<void> }>;
}): Promise<Place>;
export function figuresOf(results: readonly Result[]): readonly Figures[];
export function rateOf(figures: Pick<Figures, 'asked' | 'passed'>): number;
export function withFigures(readme: string, figures: readonly Figures[]): string;
export function figuresIn(
  readme: string,
): readonly { readonly name: string; readonly rows: number; readonly passed: number }[];
export function isOfCorpus(name: string): boolean;
export function parseName(name: string): object | undefined;
export function judge(at: {
  readonly answer: object;
  readonly expect: Step['expect'];
}): Promise<readonly string[]>;
