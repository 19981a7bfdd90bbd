/**
 * Limits: how much of the world's time and bytes reading one source may take
 * (docs/spec/http.md 13.10).
 */

export interface OriginLimits {
  /** Largest source, in bytes, after decompression. */
  readonly maxBytes: number;
  /** Longest wait for a connection, name resolution and TLS included, in milliseconds. */
  readonly connectMs: number;
  /** Longest wait for the head of an answer, per hop, in milliseconds. */
  readonly firstByteMs: number;
  /** Longest time from the first request to the last byte, in milliseconds. */
  readonly totalMs: number;
  /** Bytes per second that a body must bring; looked at once per `rateWindowMs` of waiting. */
  readonly minBytesPerSecond: number;
  readonly rateWindowMs: number;
  /** Largest head of an answer, in bytes. */
  readonly headerBytes: number;
  /** Redirects followed. */
  readonly redirects: number;
}

export const DEFAULT_LIMITS: OriginLimits = {
  maxBytes: 50_000_000,
  connectMs: 5_000,
  firstByteMs: 10_000,
  totalMs: 30_000,
  minBytesPerSecond: 1_000,
  rateWindowMs: 5_000,
  headerBytes: 16_384,
  redirects: 3,
};

/** The limit in words for a message: "50 MB", "12 KB", "700 bytes". */
export function bytesText(bytes: number): string {
  const short = (value: number) => String(Number(value.toFixed(1)));
  if (bytes >= 1_000_000) return `${short(bytes / 1_000_000)} MB`;
  return bytes >= 1_000 ? `${short(bytes / 1_000)} KB` : `${bytes} bytes`;
}
