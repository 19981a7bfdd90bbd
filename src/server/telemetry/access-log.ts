/**
 * Access log: one line per request, when its answer is ready to be sent.
 *
 * Bytes are those of the body that is being sent, milliseconds those from the
 * request to then; what a slow client makes of it is not waited for. Targets
 * stand there without their query, and addresses of clients not at all.
 */
import { bodyLength } from '../../base/body.ts';
import type { HttpRequest, HttpResponse, PictureFacts } from '../http/http-message.ts';
import { type Log, loggable } from './log.ts';

export interface AccessLine extends Partial<PictureFacts> {
  readonly requestId: string;
  readonly method?: string;
  readonly target?: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  /** From the request to its answer. */
  readonly milliseconds?: number;
}

export type AccessLog = (line: AccessLine) => void;

/** Pages that are asked for every few seconds by machines; their successes are for debugging. */
const PROBES = new Set(['/healthz', '/readyz', '/_fovea/metrics']);

export function createAccessLog(log: Log): AccessLog {
  return (line) => {
    const probe = line.status < 400 && line.target !== undefined && PROBES.has(line.target);
    if (probe) log.debug(line, 'request');
    else log.info(line, 'request');
  };
}

/** The line of an answer. */
export function accessLine(
  { method, target }: Pick<HttpRequest, 'method' | 'target'>,
  { status, body, picture }: HttpResponse,
  requestId: string,
  milliseconds: number,
): AccessLine {
  return {
    requestId,
    method,
    target: loggable(target),
    status,
    bytes: bodyLength(body),
    milliseconds: Math.round(milliseconds * 10) / 10,
    ...picture,
  };
}
