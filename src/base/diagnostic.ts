/**
 * Diagnostics: remarks on the input that let the work go on.
 *
 * They travel beside the plan to `explain`, to the dialect's warning header
 * and to the landing page. What stops the work is a Fault instead.
 */

export interface Diagnostic {
  /** `warning`: part of the request was not honoured as written; `note`: worth knowing. */
  readonly severity: 'warning' | 'note';
  /** The parameter or option it is about, as the client spelled it; absent for the whole request. */
  readonly param?: string;
  /** One sentence for a person: *expected … for …, got …*. Never a secret. */
  readonly message: string;
}

export function warning(message: string, param?: string): Diagnostic {
  return param === undefined
    ? { severity: 'warning', message }
    : { severity: 'warning', param, message };
}

export function note(message: string, param?: string): Diagnostic {
  return param === undefined ? { severity: 'note', message } : { severity: 'note', param, message };
}
