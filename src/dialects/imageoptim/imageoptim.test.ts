import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { note, warning } from '../../base/diagnostic.ts';
import { Fault, type FaultCode, isFault } from '../../base/fault.ts';
import type { Compiled, Delivery, DialectSettings, ImageRequest } from '../dialect.ts';
import { imageoptim } from './index.ts';
import { warningHeader } from './present.ts';

const WEB: DialectSettings = { name: 'any', origin: 'web', accounts: ['u'] };
const SOURCE = 'http://a.com/b.jpg';

function request(fields: Partial<ImageRequest> = {}): ImageRequest {
  return {
    method: 'GET',
    target: `/u/full/${SOURCE}`,
    headers: {},
    accepts: new Set(),
    now: 0,
    upload: false,
    ...fields,
  };
}

const compile = (fields: Partial<ImageRequest> = {}, settings = WEB): Compiled =>
  imageoptim.compile(request(fields), settings);

function fault(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error('expected a fault');
}

describe('compiling a request', () => {
  test('GET names a source and negotiates', () => {
    const { source, response, diagnostics } = compile();
    expect(source).toEqual({ kind: 'url', url: SOURCE });
    expect(diagnostics).toEqual([]);
    expect(response).toEqual({
      vary: ['accept'],
      headers: {},
      freshness: { fallback: 14_400, min: 14_400, max: 31_536_000 },
      deadline: 30,
      noStore: false,
    });
  });

  test('POST of a URL is for no cache and does not negotiate', () => {
    const { source, response } = compile({ method: 'POST' });
    expect(source).toEqual({ kind: 'url', url: SOURCE });
    expect(response).toMatchObject({ vary: [], noStore: true });
  });

  test.each(['/u/full', '/u/full/', '/u/full/?x=1'])('POST of a file to %s', (target) => {
    const { source, diagnostics } = compile({ method: 'POST', target, upload: true });
    expect([source, diagnostics]).toEqual([{ kind: 'upload' }, []]);
  });

  test('of a file and a URL the file wins, with a warning', () => {
    const { source, diagnostics } = compile({ method: 'POST', upload: true });
    expect(source).toEqual({ kind: 'upload' });
    expect(diagnostics).toHaveLength(1);
  });

  test('a body of GET is no upload', () => {
    expect(compile({ upload: true }).source.kind).toBe('url');
  });

  test.each<[Partial<ImageRequest>, FaultCode, string]>([
    [{ target: '/u/full/' }, 'bad-request', 'GET needs a source'],
    [{ target: '/u/full', method: 'POST' }, 'bad-request', 'POST needs a source or a file'],
    [{ target: `/v/full/${SOURCE}` }, 'account-unknown', 'the name comes first'],
    [{ target: `/v/${SOURCE}` }, 'account-unknown', 'the name comes before the options'],
    [{ target: `/u/${SOURCE}` }, 'bad-request', 'no options'],
    [{ target: `/u/0/${SOURCE}` }, 'bad-parameter', 'an unreadable option'],
    [{ headers: { via: '1.1 imageoptim, 1.1 imageoptim' } }, 'bad-request', 'a loop'],
  ])('%j is %s (%s)', (fields, code) => {
    const found = fault(() => compile(fields));
    expect(found.code).toBe(code);
    expect(found.message).not.toBe('');
  });

  test.each(['1.1 nginx', '1.1 imageoptim', '1.1 nginx, 1.1 imageoptim'])(
    'Via: %s is no loop yet',
    (via) => {
      expect(compile({ headers: { via } }).source.kind).toBe('url');
    },
  );

  test('timeout bounds the work and never the plan', () => {
    const [one, other] = [
      compile({ target: `/u/300,timeout=5/${SOURCE}` }),
      compile({ target: `/u/300/${SOURCE}` }),
    ];
    expect(one.response.deadline).toBe(5);
    expect(one.plan).toEqual(other.plan);
  });

  test('site mode names a path below its origin', () => {
    const { source } = compile(
      { target: '/300x200/assets/hero.jpg?x=1' },
      { name: 'site', origin: 'http' },
    );
    expect(source).toEqual({ kind: 'path', path: 'assets/hero.jpg', query: 'x=1' });
  });

  test('any target ends in a plan or a fault', () => {
    const words = fc.constantFrom(
      'u',
      'full',
      '300x200',
      'crop',
      'fit',
      '2x',
      'low',
      'meta',
      'quality=lossless',
      'format=png',
      'a.com',
      'http:',
      '%2F',
      '',
    );
    const signs = fc.constantFrom('/', ',', '?', '//', '%', '=');
    const targets = fc
      .array(fc.tuple(signs, words))
      .map((pairs) => pairs.map((pair) => pair.join('')).join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          targets,
          targets.map((t) => `/u${t}/${SOURCE}`),
        ),
        fc.constantFrom<ImageRequest['method']>('GET', 'HEAD', 'POST'),
        fc.boolean(),
        fc.constantFrom<DialectSettings>(WEB, { name: 's', origin: 'folder' }),
        (target, method, upload, settings) => {
          try {
            expect(Object.isFrozen(compile({ target, method, upload }, settings).plan)).toBe(true);
          } catch (error) {
            if (!isFault(error)) throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('presenting a success', () => {
  const delivery = (fields: Partial<Delivery> = {}): Delivery => ({
    request: request(),
    compiled: compile(),
    source: { width: 1, height: 1, format: 'jpeg', bytes: 1 },
    result: { width: 1, height: 1, format: 'jpeg', bytes: 1 },
    key: '',
    diagnostics: [],
    ...fields,
  });

  test('Via tells where it comes from, and Link what it was made of', () => {
    expect(imageoptim.present(delivery({ canonical: SOURCE }))).toEqual({
      via: '1.1 imageoptim',
      link: `<${SOURCE}>; rel="canonical"`,
    });
  });

  test('POST answers carry no Link', () => {
    const post = delivery({ request: request({ method: 'POST' }), canonical: SOURCE });
    expect(imageoptim.present(post)).toEqual({ via: '1.1 imageoptim' });
  });

  test.each([
    'http://k:s@a.com/',
    'http://a.com/>; rel="x',
    'http://a.com/\r\nx: y',
    'ftp://a.com/',
  ])('no Link for %j', (canonical) => {
    expect(imageoptim.present(delivery({ canonical })).link).toBeUndefined();
  });

  test('each warning is told once, notes are not', () => {
    const diagnostics = [warning('One.'), note('Two.'), warning('Three "3".'), warning('One.')];
    expect(imageoptim.present(delivery({ diagnostics })).warning).toBe(
      '199 imageoptim "One.", 199 imageoptim "Three \\"3\\"."',
    );
  });

  test('a delivered source says why', () => {
    const fallback = new Fault('render-timeout', 'late');
    expect(imageoptim.present(delivery({ fallback })).warning).toMatch(/ran out of time/);
  });

  test('the header stays short and printable, whatever was asked', () => {
    const header = warningHeader(
      Array.from({ length: 500 }, (_, i) => `${i} é\r\n${'x'.repeat(999)}`),
    );
    expect(header).toMatch(/^[\x20-\x7e]{1,2000}$/);
    expect(header).toMatch(/493 more problems/);
  });
});

describe('refusing', () => {
  const refuse = (code: FaultCode, fields: Partial<ImageRequest> = {}, compiled?: Compiled) =>
    imageoptim.refuse(new Fault(code, 'Why.'), request(fields), compiled);

  test.each<[FaultCode, number, number, string]>([
    ['bad-request', 400, 30, 'options wrong'],
    ['bad-parameter', 400, 30, 'options wrong'],
    ['source-not-an-image', 400, 30, 'clients know no 415 for sources'],
    ['source-unsupported', 400, 30, 'clients know no 415 for sources'],
    ['source-broken', 400, 30, 'clients know no 422'],
    ['source-too-many-pixels', 400, 30, 'clients know no 422'],
    ['result-too-large', 400, 30, 'options wrong'],
    ['account-unknown', 403, 0, 'never cached'],
    ['source-forbidden', 403, 30, 'the origin says so'],
    ['source-refused', 403, 30, 'we say so'],
    ['source-not-found', 404, 30, 'the origin says so'],
    ['source-unresolvable', 404, 30, 'the PHP client expects 404'],
    ['upload-too-large', 413, 0, 'an upload'],
    ['upload-missing', 415, 0, 'an upload'],
    ['not-implemented', 501, 5, 'no video'],
    ['origin-failed', 502, 5, 'the origin is down'],
    ['overloaded', 503, 0, 'decided before fetching'],
    ['origin-timeout', 504, 5, 'the origin is slow'],
    ['internal', 500, 0, 'a bug is no reason for a fallback'],
  ])('%s is %i for %i seconds (%s)', (code, status, ttl) => {
    expect(refuse(code, {}, compile())).toMatchObject({ kind: 'error', status, ttl });
  });

  test('the body is a sentence, or JSON for clients that list its type', () => {
    expect(refuse('source-forbidden')).toMatchObject({
      body: { mediaType: 'text/plain; charset=utf-8', text: 'Why.' },
      headers: { via: '1.1 imageoptim', vary: 'Accept' },
    });
    const accept = 'image/*,application/im2+json';
    expect(refuse('source-forbidden', { headers: { accept } })).toMatchObject({
      body: { mediaType: 'application/im2+json', text: '{"status":403,"error":"Why."}' },
    });
    expect(refuse('account-unknown', { headers: { accept } })).toMatchObject({
      body: { text: '{"status":403,"error":"Why.","code":"IM2ACCOUNT"}' },
    });
  });

  test.each([
    ['application/im2+json', true, 'listed'],
    ['image/*, Application/IM2+JSON;q=0.5', true, 'case, blanks and parameters'],
    ['application/im2+json;q=0', false, 'refused'],
    ['*/*', false, 'wildcards are no invitation'],
    ['application/json', false, 'another type'],
  ])('Accept: %s asks for JSON: %s (%s)', (accept, json) => {
    const refusal = refuse('bad-request', { headers: { accept } });
    const type = refusal.kind === 'error' ? refusal.body?.mediaType : undefined;
    expect(type === 'application/im2+json').toBe(json);
  });

  test('a body is never empty', () => {
    expect(imageoptim.refuse(new Fault('internal', ''), request(), undefined)).toMatchObject({
      body: { text: expect.stringMatching(/\w/) },
    });
  });

  test('headers that a status needs', () => {
    expect(refuse('overloaded').headers).toMatchObject({ 'retry-after': expect.any(String) });
    expect(refuse('method-not-allowed').headers).toMatchObject({
      allow: 'GET, HEAD, POST, OPTIONS',
    });
  });

  test.each<FaultCode>(['render-timeout', 'render-failed'])('%s delivers the source', (code) => {
    const compiled = compile({ target: `/u/100,sparkle/${SOURCE}` });
    const refusal = refuse(code, {}, compiled);
    expect(refusal).toMatchObject({ kind: 'source', ttl: 60 });
    expect(refusal.headers.warning).toMatch(/^199 imageoptim "Unknown.*unchanged source\."$/);
    expect(refuse(code, { method: 'POST' }, compiled)).toMatchObject({ kind: 'source', ttl: 0 });
  });

  test('there is no source to deliver for meta, nor before compiling', () => {
    const meta = compile({ target: `/u/meta/${SOURCE}` });
    expect(refuse('render-timeout', {}, meta).kind).toBe('error');
    expect(refuse('render-timeout').kind).toBe('error');
  });
});
