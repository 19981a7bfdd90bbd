/** What a dialect wants of a source's own age. */
export interface FreshnessPolicy {
  /** Used where the source says nothing, in seconds. */
  readonly fallback: number;
  /** Floor and ceiling for what the source says, in seconds. */
  readonly min: number;
  readonly max: number;
  /** The answer is valid until this time (imgix `expires`), milliseconds since 1970. */
  readonly until?: number;
  /** Where the source does not say: seconds of use while it is asked for again; none by default. */
  readonly staleWhileRevalidate?: number;
  /** Where the source does not say: seconds of use when asking fails; a day by default. */
  readonly staleIfError?: number;
  /** Seconds that a failure is remembered, 0 for not at all; by default those of its kind. */
  readonly negative?: number;
}
