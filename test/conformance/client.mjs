/** Requests: rows become raw targets, headers and bodies, sent exactly as written. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename } from 'node:path';
import { MOUNTS } from './mounts.mjs';

/** After this an answer counts as missing, in milliseconds. */
const PATIENCE = 60_000;

const BOUNDARY = 'XXXboundary';

/** One exchange. @throws where no whole answer comes in time */
export function send({ port, method = 'GET', target, headers = {}, body }) {
  const options = { host: '127.0.0.1', port, method, path: target, headers, agent: false };
  return new Promise((resolve, reject) => {
    const asking = request({ ...options, setHost: !('host' in headers) }, (incoming) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode,
          reason: incoming.statusMessage,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    asking.setTimeout(PATIENCE, () => {
      asking.destroy(new Error(`expected an answer within ${PATIENCE / 1000} s, got none`));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/**
 * Texts with their places filled in: `{origin}`, `{origin-encoded}` and `{origin-port}`, `{now+60}`
 * in Unix time, `{a*900}` for so many letters, `{first:etag}` for a header of the first answer.
 */
export function filler({ originPort, first }) {
  const origin = `http://127.0.0.1:${originPort}`;
  const fill = (text) =>
    text
      .replace(/\{first:([\w-]+)\}/g, (_, name) => first?.headers[name] ?? '')
      .replaceAll('{origin-port}', originPort)
      .replaceAll('{origin}', origin)
      .replaceAll('{origin-encoded}', encodeURIComponent(origin))
      .replace(/\{now([+-]\d+)\}/g, (_, by) => String(Math.floor(Date.now() / 1000) + Number(by)))
      .replace(/\{(\w)\*(\d+)\}/g, (_, letter, times) => letter.repeat(Number(times)));
  return (value) => (Array.isArray(value) ? value.map(fill) : fill(value));
}

/** The request of a row. `place`: ports, sources, and the first answer where there is one. */
export async function requestOf(row, place) {
  const fill = filler(place);
  const plain = fill(row.target ?? `/${row.source}${row.query ? `?${row.query}` : ''}`);
  const target = row.sign === undefined ? plain : signed(plain, row.sign);
  const given = { ...(row.accept ? { accept: row.accept } : {}), ...row.headers };
  const headers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), fill(value)]),
  );
  const body = row.upload === undefined ? undefined : await uploadOf(row.upload, place.sources);
  if (body !== undefined) {
    if (!row.upload.raw) headers['content-type'] ??= `multipart/form-data; boundary=${BOUNDARY}`;
    headers['content-length'] = String(body.length);
  }
  const mount = MOUNTS[row.mount ?? row.dialect];
  return { port: place.port, method: row.method ?? 'GET', target: mount + target, headers, body };
}

/** An imgix target with its signature: the MD5 of token, path and query. */
function signed(target, token) {
  const [path, query = ''] = target.split(/\?(.*)/s);
  const covered = query === '' ? path : `${path}?${query}`;
  const signature = createHash('md5').update(`${token}${covered}`).digest('hex');
  return `${path}?${query === '' ? '' : `${query}&`}s=${signature}`;
}

async function uploadOf(upload, sources) {
  const bytes =
    upload.source === undefined
      ? Buffer.from(upload.text ?? '')
      : readFileSync(await sources.path(upload.source));
  if (upload.raw) return bytes;
  const fields = Object.entries(upload.fields ?? {}).map(([name, value]) =>
    part({ 'Content-Disposition': `form-data; name="${name}"` }, `${value}\r\n`),
  );
  const { field = 'file', filename = basename(upload.source ?? 'text') } = upload;
  const file = part({
    'Content-Disposition': `form-data; name="${field}"; filename="${filename}"`,
    'Content-Type': 'application/octet-stream',
    ...upload.partHeaders,
  });
  const end = `\r\n--${BOUNDARY}--${upload.end ?? ''}`;
  return Buffer.concat([Buffer.from(fields.join('') + file), bytes, Buffer.from(end)]);
}

function part(headers, body = '') {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `--${BOUNDARY}\r\n${lines.join('')}\r\n${body}`;
}
