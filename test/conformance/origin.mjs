/** The origin that absolute addresses of the rows point at: the pictures over HTTP, with odd paths. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * Starts the origin on a free port of 127.0.0.1, which the server under test may ask. It answers at
 * 127.0.0.2 and ::1 as well, where the machine has them: nobody allows those, so that a request that
 * should have been refused would succeed.
 *
 * Paths: `/status/NNN`, `/redirect/{URL or path}`, `/loop`, `/hang-up/…`; `/max-age/N/…`,
 * `/expires/N/…` (seconds from now) and `/with/name:value/…` add a header to the picture behind them.
 */
export async function startOrigin(sources) {
  const asked = [];
  const answer = (request, response) => {
    asked.push({ target: request.url, headers: request.headers });
    respond(request, response, sources).catch(() => response.destroy());
  };
  const servers = [createServer(answer)];
  await listen(servers[0], 0, '127.0.0.1');
  const { port } = servers[0].address();
  for (const host of ['127.0.0.2', '::1']) {
    const other = createServer(answer);
    if (await listen(other, port, host).catch(() => false)) servers.push(other);
  }
  return {
    port,
    /** Every request so far: its raw target and its headers. */
    asked,
    stop() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(true));
  });
}

async function respond(request, response, sources) {
  const path = decoded(request.url.split('?')[0]);
  if (path === undefined) return end(response, 400, {}, 'malformed escape');
  const status = /^\/status\/(\d+)/.exec(path)?.[1];
  if (status !== undefined) return end(response, Number(status), {}, 'no picture here');
  if (path.startsWith('/redirect/')) {
    return end(response, 302, { location: redirectTarget(path.slice('/redirect/'.length)) });
  }
  if (path.startsWith('/loop')) return end(response, 302, { location: request.url });
  if (path.startsWith('/hang-up/')) return request.socket.destroy();
  const { headers, rest } = addedHeaders(path);
  const file = rest.split('/').includes('..') ? undefined : await sources.path(rest.slice(1));
  if (file === undefined) return end(response, 404, {}, 'not found');
  const body = readFileSync(file);
  end(response, 200, { ...common(body), ...headers }, request.method === 'HEAD' ? undefined : body);
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** An absolute target as it is, anything else as a path of this origin. */
function redirectTarget(target) {
  return /^([a-z][a-z0-9+.-]*:|\/)/i.test(target) ? target : `/${target}`;
}

function addedHeaders(path) {
  const headers = {};
  let rest = path;
  for (;;) {
    const [, kind, value, behind] = /^\/(max-age|expires|with)\/([^/]+)(\/.*)/.exec(rest) ?? [];
    if (kind === undefined) return { headers, rest };
    if (kind === 'max-age') headers['cache-control'] = `max-age=${value}`;
    if (kind === 'expires') headers.expires = new Date(Date.now() + 1000 * value).toUTCString();
    if (kind === 'with') headers[value.split(':')[0]] = value.split(':').slice(1).join(':');
    rest = behind;
  }
}

function common(body) {
  const hash = createHash('sha1').update(body).digest('hex').slice(0, 12);
  return {
    'content-length': body.length,
    'content-type': 'application/octet-stream',
    etag: `"${hash}"`,
  };
}

function end(response, status, headers, body) {
  response.writeHead(status, headers).end(body);
}
