/**
 * What clients send, read from any text: targets of the three dialects with headers, headers by
 * themselves, upload forms.
 *
 * The first byte chooses the settings of the source; the rest is text, the target first and then a
 * header a line.
 */
import { type Fault, isFault } from '../../../src/base/fault.ts';
import type { Dialect, DialectSettings, ImageRequest } from '../../../src/dialects/dialect.ts';
import { fastly as fastlyDialect } from '../../../src/dialects/fastly/index.ts';
import { imageoptim as imageoptimDialect } from '../../../src/dialects/imageoptim/index.ts';
import { imgix as imgixDialect } from '../../../src/dialects/imgix/index.ts';
import { signedTarget } from '../../../src/dialects/signed-url.ts';
import type { SourceInfo } from '../../../src/image/source-info.ts';
import { canonicalize } from '../../../src/plan/canonicalize.ts';
import { planKey } from '../../../src/plan/key.ts';
import { lower } from '../../../src/plan/lower.ts';
import { printPlan } from '../../../src/plan/print.ts';
import { acceptedFormats, listsType } from '../../../src/server/http/accept.ts';
import { evaluateConditions } from '../../../src/server/http/conditional.ts';
import { contentDisposition } from '../../../src/server/http/disposition.ts';
import { requestIdOf } from '../../../src/server/http/request-id.ts';
import { hasForbiddenCharacter, readTarget } from '../../../src/server/http/target.ts';
import { ClientAddress } from '../../../src/server/limits/client-address.ts';
import { boundaryOf } from '../../../src/server/upload/form.ts';
import { ensure, orRefusal } from './expect.ts';

/** Longest target that the server hands to a dialect, in characters. */
const LONGEST = 8192;

const NOW = 1_900_000_000_000;

const SETTINGS: readonly DialectSettings[] = [
  { name: 'a', origin: 'folder' },
  { name: 'a', origin: 'http', formats: ['jxl', 'avif', 'webp'] },
  { name: 'a', origin: 'web', accounts: ['fovea1'] },
  { name: 'a', origin: 'folder', signing: { tokens: ['FOO123bar'], required: false } },
  { name: 'a', origin: 'folder', aliases: { w: 'width', h: 'height' }, unsupported: 'refuse' },
];

const PHOTO: SourceInfo = {
  ...{ format: 'jpeg', width: 2000, height: 1200, bytes: 100_000, orientation: 6, pages: 1 },
  ...{ delays: [], loop: 1, alpha: false, profile: 'none', space: 'rgb', depth: 8 },
  lossless: false,
};
const MOVING: SourceInfo = {
  ...PHOTO,
  ...{ format: 'gif', width: 300, height: 200, orientation: 1, pages: 12, alpha: true },
  ...{ delays: Array<number>(12).fill(40), lossless: true },
};

interface Asked {
  readonly settings: DialectSettings;
  readonly request: ImageRequest;
}

function askedBy(data: Uint8Array, prefix: string): Asked {
  const settings = SETTINGS[(data[0] ?? 0) % SETTINGS.length]!;
  // Node hands over header bytes as latin1, and a target is ASCII or latin1 too
  const [target = '', ...lines] = Buffer.from(data.subarray(1)).toString('latin1').split('\n');
  const headers: Record<string, string> = {};
  for (const line of lines.slice(0, 40)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const accepts = acceptedFormats(headers.accept);
  const rest = { headers, accepts, now: NOW, upload: false };
  return {
    settings,
    request: { method: 'GET', target: (prefix + target).slice(0, LONGEST), ...rest },
  };
}

/** Whether every number of a plan is finite. */
const isFinitePlan = (part: unknown): boolean =>
  typeof part === 'number'
    ? Number.isFinite(part)
    : typeof part !== 'object' || part === null || Object.values(part).every(isFinitePlan);

function compileAny(dialect: Dialect, data: Uint8Array): void {
  const { settings, request } = askedBy(data, '/');
  let compiled: ReturnType<Dialect['compile']>;
  try {
    compiled = dialect.compile(request, settings);
  } catch (fault) {
    if (!isFault(fault)) throw fault;
    const refusal = dialect.refuse(fault, request, undefined);
    ensure(refusal.ttl >= 0, 'a refusal says how long it holds');
    return;
  }
  for (const plan of [compiled.plan, ...(compiled.svgPlan ? [compiled.svgPlan] : [])]) {
    ensure(isFinitePlan(plan), 'a plan has finite numbers');
    const canonical = canonicalize(plan);
    const again = canonicalize(canonical);
    ensure(printPlan(again) === printPlan(canonical), 'the canonical form is its own');
    ensure(planKey(plan) === planKey(canonical), 'a plan and its canonical form have one key');
    for (const info of [PHOTO, MOVING]) orRefusal(() => lower(canonical, info, request.accepts));
  }
  const twice = dialect.compile(request, settings);
  ensure(planKey(twice.plan) === planKey(compiled.plan), 'a request means the same twice');
  const target = signedTarget(dialect.name, TOKEN, request.target, NOW / 1000 + 60);
  const signing = { tokens: [TOKEN], required: true };
  const fault = faultOf(() => dialect.compile({ ...request, target }, { ...settings, signing }));
  ensure(
    fault?.code !== 'signature-invalid' && fault?.code !== 'link-expired',
    'a target that was signed is accepted',
  );
}

const TOKEN = 'a key of some length';

function faultOf(work: () => unknown): Fault | undefined {
  try {
    work();
    return undefined;
  } catch (fault) {
    if (isFault(fault)) return fault;
    throw fault;
  }
}

export const fastly = (data: Uint8Array): void => compileAny(fastlyDialect, data);
export const imgix = (data: Uint8Array): void => compileAny(imgixDialect, data);
export const imageoptim = (data: Uint8Array): void => compileAny(imageoptimDialect, data);

const PROXIES = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];
const CLIENTS = (['x-forwarded-for', 'forwarded'] as const).map(
  (header) => new ClientAddress(PROXIES, header),
);

/** Headers: the first line is a target, the next ones are its headers. */
export function headers(data: Uint8Array): void {
  const { request } = askedBy(data, '');
  const { headers: given } = request;
  for (const format of acceptedFormats(given.accept)) {
    ensure(listsType(given.accept, `image/${format}`) || format === 'svg', 'only what is listed');
  }
  const target = readTarget(request.target, given.host);
  ensure(target === undefined || target.path.startsWith('/'), 'a path begins with a slash');
  hasForbiddenCharacter(request.target);
  const what = { etag: '"abc"', lastModified: 'Mon, 06 Jul 2026 10:00:00 GMT', length: 1000 };
  const result = evaluateConditions('GET', given, what);
  if (result.kind === 'part') {
    const { first, last } = result;
    ensure(Number.isInteger(first) && Number.isInteger(last), 'a part has whole bounds');
    ensure(first >= 0 && first <= last && last < 1000, 'a part lies within the body');
  }
  ensure(/^[\w.:=+/@-]{1,128}$/.test(requestIdOf(given['x-request-id'])), 'an id is plain');
  for (const name of [given.download, undefined]) {
    const ref = { kind: 'path', path: request.target } as const;
    const header = contentDisposition(ref, 'image/webp', name);
    ensure(/^[\x20-\x7e]*$/.test(header), 'a disposition is plain ASCII');
  }
  orRefusal(() => boundaryOf(given['content-type'] ?? ''));
  for (const client of CLIENTS) {
    const key = client.of('127.0.0.1', given);
    ensure(/^[\d.]{7,15}$|^[\d:]{7,23}$/.test(key), 'a client is an address');
  }
}
