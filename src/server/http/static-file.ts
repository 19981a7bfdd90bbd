/**
 * Static file: bytes that the build has written, named by their content and packed where a client takes that.
 *
 * A packed answer is another representation and has a tag of its own (RFC 9110 section 8.8.3.3).
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { listsCoding } from './accept.ts';
import { evaluateConditions } from './conditional.ts';
import {
  commonHeaders,
  type HeaderPolicy,
  type HttpRequest,
  type HttpResponse,
  NO_BODY,
} from './http-message.ts';

export interface StaticFile {
  readonly mediaType: string;
  readonly plain: Uint8Array;
  /** By gzip; absent of what is packed already. */
  readonly packed?: Uint8Array;
  /** 128 bits of the SHA-256 of the plain bytes, hexadecimal. */
  readonly hash: string;
}

/** @param plain the whole file; text is packed here, once */
export function staticFile(mediaType: string, plain: Uint8Array): StaticFile {
  const hash = createHash('sha256').update(plain).digest('hex').slice(0, 32);
  const isText = /^text\/|^image\/svg/.test(mediaType);
  return { mediaType, plain, hash, ...(isText ? { packed: gzipSync(plain) } : {}) };
}

/**
 * A file as the answer to GET or HEAD: whole, packed, or 304.
 *
 * @param headers of this kind of file, in lower case, such as `cache-control`
 * @param now milliseconds since 1970
 */
export function staticResponse(
  request: Pick<HttpRequest, 'method' | 'headers'>,
  file: StaticFile,
  headers: Readonly<Record<string, string>>,
  now: number,
  policy: HeaderPolicy,
): HttpResponse {
  const packed = listsCoding(request.headers['accept-encoding'], 'gzip') ? file.packed : undefined;
  const body = packed ?? file.plain;
  const etag = packed ? `"${file.hash}-gzip"` : `"${file.hash}"`;
  const common = {
    ...commonHeaders(now, policy),
    ...headers,
    ...(file.packed ? { vary: 'Accept-Encoding' } : {}),
    etag,
  };
  const asked = { 'if-none-match': request.headers['if-none-match'] };
  const { kind } = evaluateConditions(request.method, asked, { etag, length: body.length });
  if (kind === 'not-modified') return { status: 304, headers: common, body: NO_BODY };
  return {
    status: 200,
    headers: {
      ...common,
      'content-type': file.mediaType,
      'content-length': String(body.length),
      ...(packed ? { 'content-encoding': 'gzip' } : {}),
    },
    body: request.method === 'HEAD' ? NO_BODY : body,
  };
}
