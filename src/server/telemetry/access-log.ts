/**
 * Access log: one line per request, when its answer is ready to be sent.
 *
 * Bytes are those of the body that is being sent, milliseconds those from the
 * request to then; what a slow client makes of it is not waited for. Targets
 * stand there without their query, and addresses of clients not at all.
 */
import { type Body, bodyLength } from '../../base/body.ts';
import type { PictureFacts } from '../http/http-message.ts';
import type { Log } from './log.ts';

export interface AccessLine extends Partial<PictureFacts> {
  readonly requestId: string;
  /** Where it is traced. */
  readonly traceId?: string;
  readonly method?: string;
  readonly target?: string;
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  /** From the request to its answer. */
  readonly milliseconds?: number;
}

export interface AccessLog {
  (line: AccessLine): void;
  /** The same for an answer that is given again and again. */
  readonly again?: (line: RepeatedLine, requestId: string, milliseconds: number) => void;
}

/** Pages that are asked for every few seconds by machines; their successes are for debugging. */
const PROBES = new Set(['/healthz', '/readyz', '/_fovea/metrics']);

export function createAccessLog(log: Log): AccessLog {
  const access = (line: AccessLine) => {
    const probe = line.status < 400 && line.target !== undefined && PROBES.has(line.target);
    if (probe) log.debug(line, 'request');
    else log.info(line, 'request');
  };
  const { written } = log;
  if (written === undefined) return access;
  return Object.assign(access, {
    again: (line: RepeatedLine, requestId: string, milliseconds: number) =>
      written(line.json(requestId, milliseconds), 'request'),
  });
}

/** A line that is the same each time, but for the request and its time. */
export interface RepeatedLine {
  of(requestId: string, milliseconds: number): AccessLine;
  /** The same as JSON, without its braces. @param requestId in characters that JSON writes as they are */
  json(requestId: string, milliseconds: number): string;
}

/** The line of a whole answer to a GET. @param target as it may stand in a log */
export function repeatedLine(target: string, bytes: number, picture: PictureFacts): RepeatedLine {
  const inner = (facts: object) => JSON.stringify(facts).slice(1, -1);
  const before = inner({ method: 'GET', target, status: 200, bytes });
  const after = inner(picture);
  return {
    of: (requestId, milliseconds) => ({
      requestId,
      method: 'GET',
      target,
      status: 200,
      bytes,
      milliseconds: tenths(milliseconds),
      ...picture,
    }),
    json: (requestId, milliseconds) =>
      `"requestId":"${requestId}",${before},"milliseconds":${tenths(milliseconds)},${after}`,
  };
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/**
 * The line of an answer.
 *
 * @param target as it may stand in a log
 */
export function accessLine(
  method: string,
  target: string,
  status: number,
  body: Body,
  picture: PictureFacts | undefined,
  { requestId, traceId }: Pick<AccessLine, 'requestId' | 'traceId'>,
  milliseconds: number,
): AccessLine {
  const bytes = bodyLength(body);
  const named = traceId === undefined ? { requestId } : { requestId, traceId };
  const line = { ...named, method, target, status, bytes, milliseconds: tenths(milliseconds) };
  return picture === undefined ? line : Object.assign(line, picture);
}
