/**
 * HAR files: what a browser's developer tools save of a page (HAR 1.2, sections `entries`,
 * `request`, `response`, `content`).
 *
 * Kept are GET requests whose answer was a picture or a video; with a host named, all GET requests
 * to it. Everything else of the file, cookies included, is never looked at.
 */
import { z } from 'zod';
import { partsOf, type Recorded } from './recorded.ts';

const header = z.object({ name: z.string(), value: z.string() });
const entry = z.object({
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.array(header).default([]),
  }),
  response: z.object({
    status: z.number(),
    content: z
      .object({
        size: z.number().optional(),
        mimeType: z.string().optional(),
        text: z.string().optional(),
        encoding: z.string().optional(),
      })
      .default({}),
  }),
});
const har = z.object({ log: z.object({ entries: z.array(z.unknown()) }) });

/** Requests of a HAR file in their order. @throws Error where the text is no HAR */
export function readHar(text: string, host: string | undefined): Recorded[] {
  const parsed = har.safeParse(parseJson(text));
  if (!parsed.success) throw new Error('Expected a HAR file: an object with log.entries.');
  return parsed.data.log.entries.flatMap((one) => recordedOf(one, host) ?? []);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('Expected a HAR file, got text that is no JSON.', { cause });
  }
}

function recordedOf(value: unknown, host: string | undefined): Recorded | undefined {
  const parsed = entry.safeParse(value);
  if (!parsed.success || parsed.data.request.method !== 'GET') return undefined;
  const { request, response } = parsed.data;
  const parts = partsOf(request.url);
  if (parts === undefined) return undefined;
  const type = response.content.mimeType?.split(';')[0]?.trim().toLowerCase();
  const wanted = host === undefined ? /^(image|video)\//.test(type ?? '') : parts.host === host;
  if (!wanted) return undefined;
  const { text, encoding, size } = response.content;
  const body = text === undefined ? undefined : bodyOf(text, encoding);
  const accept = request.headers.find(({ name }) => name.toLowerCase() === 'accept')?.value;
  // Chromium writes status 0 for what never got an answer, and -1 for a size that it does not know
  const known = size !== undefined && size > 0 ? size : undefined;
  const vendor = { status: response.status, type, bytes: body?.length ?? known, body };
  return { ...parts, accept, vendor: response.status > 0 ? vendor : undefined };
}

function bodyOf(text: string, encoding: string | undefined): Uint8Array | undefined {
  if (text === '') return undefined;
  return Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8');
}
