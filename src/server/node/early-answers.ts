/**
 * Early answers: what is said where no request could be read, or none is taken.
 */
import { errorResponse } from '../http/errors.ts';
import type { HeaderPolicy, HttpResponse } from '../http/http-message.ts';
import { MAX_TARGET } from '../http/target.ts';

/** Longest header block, in bytes, the request line not counted. */
export const MAX_HEADERS = 16 * 1024;

interface EarlyAnswer {
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWERS = {
  400: { code: 'bad-request', message: 'The request cannot be read.' },
  405: {
    code: 'method-not-allowed',
    message: 'This method is not answered here.',
    headers: { allow: 'GET, HEAD, POST, OPTIONS' },
  },
  408: { code: 'request-timeout', message: 'The request took too long to arrive.' },
  414: { code: 'target-too-long', message: `The address is longer than ${MAX_TARGET} bytes.` },
  417: { code: 'expectation-failed', message: 'Only the expectation 100-continue can be met.' },
  431: { code: 'headers-too-large', message: `The headers are longer than ${MAX_HEADERS} bytes.` },
  501: { code: 'method-unknown', message: 'This method is not known here.' },
  503: { code: 'overloaded', message: 'There is no room for this request at the moment.' },
  505: { code: 'version-unknown', message: 'Only HTTP/1.0 and HTTP/1.1 are spoken here.' },
} as const satisfies Record<number, EarlyAnswer>;

export type EarlyStatus = keyof typeof ANSWERS;

/** An answer from before the handler; it ends its connection. */
export function earlyAnswer(
  method: string,
  status: EarlyStatus,
  now: number,
  policy: HeaderPolicy,
): HttpResponse {
  const answer: EarlyAnswer = ANSWERS[status];
  return errorResponse(
    { method, headers: {} },
    { status, ttl: 0, close: true, ...answer },
    now,
    policy,
  );
}

/** What the parser's refusal of a request means. */
export function statusOfParserError(
  error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer; readonly bytesParsed?: number },
): EarlyStatus {
  switch (error.code) {
    case 'HPE_INVALID_METHOD':
      return 501;
    case 'HPE_HEADER_OVERFLOW':
      return overflowsInRequestLine(error.rawPacket) ? 414 : 431;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}

/**
 * Whether what is too long is the request line, judged by the packet in which
 * the parser gave up: exact where the packet begins with the request. A later
 * packet is of the target where it holds no blank or the end of a request
 * line; a header value as long and as plain is told the wrong one of the two.
 */
function overflowsInRequestLine(packet: Buffer | undefined): boolean {
  const text = packet?.toString('latin1') ?? '';
  const target = /^[A-Z]{3,16} (\S*)/.exec(text)?.[1];
  if (target !== undefined) return target.length > MAX_TARGET;
  return /^\S+(?: HTTP\/\d\.\d\r?\n|$)/.test(text);
}
