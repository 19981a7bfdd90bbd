/**
 * Negotiation, the part of a dialect: which formats its rules may offer to the clients that list them.
 *
 * What a client lists is read by the server, what a picture is decided by `plan/negotiate.ts`. Here
 * stands what the operator allows for a source, and what can be written on this machine.
 */
import { type FormatName, formatCard } from '../image/format.ts';
import type { FormatRule } from '../plan/output.ts';

/** Formats that are sent because a client lists them, the first preferred. */
export const NEGOTIATED = ['jxl', 'avif', 'webp'] as const;

export type NegotiatedFormat = (typeof NEGOTIATED)[number];

/**
 * Those that are negotiated where the operator says nothing. JPEG XL is not among them: there are browsers
 * that list it and do not show it (docs/spec/http.md 3.2).
 */
export const USUAL: readonly NegotiatedFormat[] = ['avif', 'webp'];

/** What decides about formats beside the request. */
export interface FormatSettings {
  /** Formats that may be negotiated; {@link USUAL} where it is absent. */
  readonly formats?: readonly NegotiatedFormat[];
  /** Formats whose encoder is not installed. */
  readonly missing?: readonly FormatName[];
}

/** What to do where JPEG XL is asked for and cannot be written; part of a remark to a client. */
export const HOW_TO_WRITE_JXL = 'the npm package wasm-vips beside the server would write it';

/** What to do where a tracing is asked for and cannot be made; part of a remark to a client. */
export const HOW_TO_TRACE = 'the npm package @neplex/vectorizer beside the server would draw it';

/** Whether a format can be written here. */
export function isWritten(format: FormatName, { missing = [] }: FormatSettings): boolean {
  const { encodable, traced } = formatCard(format);
  return (encodable || traced) && !missing.includes(format);
}

/** The rules without those that offer a format which is not to be negotiated. */
export function offered(rules: readonly FormatRule[], settings: FormatSettings): FormatRule[] {
  const allowed = new Set<FormatName>(
    (settings.formats ?? USUAL).filter((format) => isWritten(format, settings)),
  );
  return rules.filter(({ when }) => when?.accepts === undefined || allowed.has(when.accepts));
}
