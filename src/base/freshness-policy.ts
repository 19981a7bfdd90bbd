/** What a dialect wants of a source's own age. */
export interface FreshnessPolicy {
  /** Used where the source says nothing, in seconds. */
  readonly fallback: number;
  /** Floor and ceiling for what the source says, in seconds. */
  readonly min: number;
  readonly max: number;
  /** The answer is valid until this time (imgix `expires`), milliseconds since 1970. */
  readonly until?: number;
}
