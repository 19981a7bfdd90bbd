/** What came of one replayed request. */

export interface Outcome {
  readonly host: string | undefined;
  readonly target: string;
  /** Status of the answer; 0 where there was none. */
  readonly status: number;
  /** Why there was no answer, or what the body of a refusal says. */
  readonly problem?: string;
  /** Sentences of `Fovea-Warning`: what had no effect, or another than written. */
  readonly remarks: readonly string[];
  readonly type?: string;
  readonly width?: number;
  readonly height?: number;
  readonly bytes?: number;
  readonly milliseconds: number;
  readonly vendor?: {
    readonly status: number;
    readonly type?: string;
    readonly width?: number;
    readonly height?: number;
    readonly bytes?: number;
  };
  /** SSIMULACRA 2 of our picture against the vendor's. */
  readonly score?: number;
}

/** The outcome with both bodies, while it is among the worst. */
export interface Exhibit {
  readonly outcome: Outcome;
  readonly ours: Uint8Array | undefined;
  readonly theirs: Uint8Array | undefined;
}

/** Whether the answer is what the vendor's was: a success for a success, in the same size. */
export function isRight(outcome: Outcome): boolean {
  return isAnswered(outcome) && !hasOtherSize(outcome);
}

/** A success, or a refusal where the vendor refused too. */
export function isAnswered({ status, vendor }: Outcome): boolean {
  const good = status >= 200 && status < 400;
  return vendor === undefined ? good : good || vendor.status >= 400;
}

/** Both sizes are known and differ. */
export function hasOtherSize({ width, height, vendor }: Outcome): boolean {
  if (width === undefined || vendor?.width === undefined) return false;
  return width !== vendor.width || height !== vendor.height;
}

/** How bad an outcome is; the worst first. Failures before other sizes, remarks, low scores and more bytes. */
export function badness(outcome: Outcome): number {
  const { remarks, score, bytes, vendor } = outcome;
  let points = 0;
  if (!isAnswered(outcome)) points += 10_000;
  if (hasOtherSize(outcome)) points += 3_000;
  if (remarks.length > 0) points += 1_000 + Math.min(900, 10 * remarks.length);
  if (score !== undefined) points += Math.max(0, Math.min(200, 100 - score));
  if (bytes !== undefined && vendor?.bytes) points += Math.min(100, 20 * (bytes / vendor.bytes));
  return points;
}
