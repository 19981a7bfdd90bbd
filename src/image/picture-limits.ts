/**
 * Bounds on the pictures that are decoded (docs/spec/http.md 14).
 */
export interface PictureLimits {
  /** Most pixels of one frame. */
  readonly pixels: number;
  /** Most pixels of all frames together. */
  readonly totalPixels: number;
  /** Most frames of an animation. */
  readonly frames: number;
}

export const DEFAULT_PICTURE_LIMITS: PictureLimits = {
  pixels: 50_000_000,
  totalPixels: 150_000_000,
  frames: 1000,
};
