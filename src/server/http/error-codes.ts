/**
 * Error codes: every code that an answer may carry, of faults and of what the server itself refuses.
 */
import { FAULTS, type FaultCode } from '../../base/fault.ts';

/** Codes of the server itself, with their status. */
export const SERVER_ERRORS = {
  'expectation-failed': 417,
  'headers-too-large': 431,
  'loop-detected': 508,
  'method-unknown': 501,
  'not-stored': 504,
  'precondition-failed': 412,
  'range-not-satisfiable': 416,
  'request-timeout': 408,
  'token-needed': 401,
  'version-unknown': 505,
} as const;

export type ErrorCode = FaultCode | keyof typeof SERVER_ERRORS;

/** Every code that an answer may carry. */
export const ERROR_CODES: readonly ErrorCode[] = [
  ...(Object.keys(FAULTS) as FaultCode[]),
  ...(Object.keys(SERVER_ERRORS) as (keyof typeof SERVER_ERRORS)[]),
];

/** The status that a code has where no dialect says otherwise. */
export function statusOfError(code: ErrorCode): number {
  return code in FAULTS
    ? FAULTS[code as FaultCode].status
    : SERVER_ERRORS[code as keyof typeof SERVER_ERRORS];
}

const CODES: ReadonlySet<string> = new Set(ERROR_CODES);

/** Path of the page that explains an error, where the documentation is open; undefined for what is no such code. */
export function guidePath(code: string): string | undefined {
  return CODES.has(code) ? `/_fovea/docs/errors/${code}/` : undefined;
}
