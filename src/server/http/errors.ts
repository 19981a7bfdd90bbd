/**
 * Errors as answers: short plain text, or problem+json for who asks for it.
 *
 * Never HTML, never empty, never a stack, an address or a source URL
 * (docs/spec/http.md 12.2, 12.3 and 12.5). Every error says how long it may be cached.
 */
import { Fault } from '../../base/fault.ts';
import { listsType } from './accept.ts';
import { guidePath } from './error-codes.ts';
import {
  commonHeaders,
  type HeaderPolicy,
  type HttpRequest,
  type HttpResponse,
  joinNames,
  NO_BODY,
} from './http-message.ts';

export interface ErrorAnswer {
  readonly status: number;
  /** One sentence for the client. */
  readonly message: string;
  /** Stable name of the cause, for problem+json. */
  readonly code: string;
  /** Seconds the error may be cached; 0: no-store. */
  readonly ttl: number;
  /** False: by the client alone. */
  readonly shared?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly mediaType: string; readonly text: string };
  /** Further names for Vary. */
  readonly vary?: string;
  /** Seconds after which to try again; used with 429 and 503. */
  readonly retryAfter?: number | undefined;
  readonly close?: boolean;
}

/** Seconds after which a refused client may try again, where nothing is known of it. */
const RETRY_AFTER = 2;

/** The response for an error, its body in the form the client asked for. */
export function errorResponse(
  request: Pick<HttpRequest, 'method' | 'headers'>,
  answer: ErrorAnswer,
  now: number,
  policy: HeaderPolicy,
): HttpResponse {
  const { status, headers = {} } = answer;
  const guide = policy.guides ? guidePath(answer.code) : undefined;
  const body = answer.body ?? defaultBody(request.headers.accept, answer, guide);
  const bytes = new TextEncoder().encode(body.text);
  const kept = answer.shared === false ? 'private' : 'public';
  const head: Record<string, string> = {
    ...commonHeaders(now, policy),
    'cache-control': answer.ttl > 0 ? `${kept}, max-age=${Math.floor(answer.ttl)}` : 'no-store',
    ...headers,
    // What helps, also beside a body whose form its service prescribes (RFC 8288, `help` of HTML)
    ...(guide === undefined ? {} : { link: `<${guide}>; rel="help"` }),
    'content-type': body.mediaType,
    'content-length': String(bytes.length),
  };
  // The form of the body follows Accept, so caches must keep the forms apart
  const vary = joinNames(answer.vary, headers.vary, 'Accept');
  if (vary !== undefined) head.vary = vary;
  if ((status === 503 || status === 429) && head['retry-after'] === undefined) {
    head['retry-after'] = String(answer.retryAfter ?? RETRY_AFTER);
  }
  return {
    status,
    headers: head,
    body: request.method === 'HEAD' ? NO_BODY : bytes,
    ...(answer.close ? { close: true } : {}),
  };
}

/** What a fault means where no dialect has a say. */
export function faultAnswer(fault: Fault): ErrorAnswer {
  const { status, ttl } = fault.kind;
  return { status, message: fault.message, code: fault.code, ttl, retryAfter: fault.retryAfter };
}

/** A fault for anything thrown; what is not a Fault is ours, and says nothing about itself. */
export function asFault(error: unknown): Fault {
  return error instanceof Fault
    ? error
    : new Fault('internal', 'The server failed to answer this request.', {}, error);
}

function defaultBody(
  accept: string | undefined,
  { status, message, code }: ErrorAnswer,
  guide: string | undefined,
) {
  const form = ['application/problem+json', 'application/json'].find((type) =>
    listsType(accept, type),
  );
  if (form === undefined) {
    const more = guide === undefined ? '' : `See ${guide}\n`;
    return { mediaType: 'text/plain; charset=utf-8', text: `${message}\n${more}` };
  }
  const problem = {
    type: guide ?? 'about:blank',
    title: titleOf(status),
    status,
    detail: message,
    code,
  };
  return { mediaType: form, text: `${JSON.stringify(problem)}\n` };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The standard title of a status (RFC 9110 section 15). */
export function titleOf(status: number): string {
  return TITLES[status] ?? (status >= 500 ? 'Server Error' : 'Error');
}
