/**
 * Diagnostics: remarks on the input that let the work go on.
 *
 * They travel beside the plan to `explain`, to the dialect's warning header
 * and to the metrics. What stops the work is a Fault instead.
 */

export interface Diagnostic {
  /** `warning`: part of the request was not honoured as written; `note`: worth knowing. */
  readonly severity: 'warning' | 'note';
  /**
   * The parameter it is about, by its name in the table of the dialect; as the client spelled it
   * where the table has none; absent for the whole request.
   */
  readonly param?: string;
  /** One sentence for a person: *expected … for …, got …*. Never a secret. */
  readonly message: string;
  /**
   * Why the parameter has no effect or only a part of it. `not-built`: the service documents it
   * and this build lacks it; `not-used`: its value cannot be read, or needs another parameter.
   */
  readonly shortfall?: 'not-built' | 'not-used';
}

export function warning(message: string, param?: string): Diagnostic {
  return { severity: 'warning', message, ...(param === undefined ? {} : { param }) };
}

export function note(message: string, param?: string): Diagnostic {
  return { severity: 'note', message, ...(param === undefined ? {} : { param }) };
}

/** A warning about what the service documents and this build lacks. */
export function notBuilt(message: string, param?: string): Diagnostic {
  return { ...warning(message, param), shortfall: 'not-built' };
}

/** A warning about a value that cannot be used, or only in part. */
export function notUsed(message: string, param?: string): Diagnostic {
  return { ...warning(message, param), shortfall: 'not-used' };
}
