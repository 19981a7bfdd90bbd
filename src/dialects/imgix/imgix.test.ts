import { describe, expect, test } from 'vitest';
import { Fault } from '../../base/fault.ts';
import type { Delivery, DialectSettings } from '../dialect.ts';
import { faultCode as code, compile, FOLDER, NOW, request, SIGNED, WEB } from './fixtures.suite.ts';
import { imgix } from './index.ts';
import { sign, splitTarget } from './signature.ts';

const at = (target: string, settings = FOLDER) => imgix.compile(request(target), settings);
const untouched = { frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize: true } };

describe('passthrough', () => {
  test.each([
    ['', 'no parameter'],
    ['ixlib=js-3.8.0&ixid=abc', 'names of callers'],
    ['unknown=1&W=300', 'unknown names'],
    ['s=0123', 'a signature'],
    ['dl=a.jpg', '5.10: a download works on untouched files'],
    ['expires=9999999999', 'the end of a URL says nothing about pixels'],
    ['svg-sanitize=true', '5.10: vectors are rasterised by other parameters'],
  ])('%j delivers the original (%s)', (query) => {
    expect(compile(query).plan).toEqual(untouched);
  });

  test.each([
    ['w=abc', 'a parameter that cannot be read is still one'],
    ['mark', 'a parameter that is not built'],
    ['bg-remove=true', 'a step that fails'],
    ['rasterize-bypass=true', 'no vector by its name'],
  ])('%j renders (%s)', (query) => {
    expect(compile(query).plan.output.kind).toBe('picture');
  });

  test('defaults of the source render too', () => {
    const settings = { ...FOLDER, defaults: { auto: 'format' } };
    expect(compile('', {}, settings).plan.output.kind).toBe('picture');
    expect(compile('', {}, settings).response.vary).toEqual(['accept']);
  });

  test.each([
    ['/a.svg?rasterize-bypass=true&w=150', FOLDER],
    ['/a.PDF?rasterize-bypass=1', FOLDER],
    ['/a.pdf?fm=pdf&w=100&auto=format', FOLDER],
    ['/https%3A%2F%2Fa.example%2Fb.svg%3Fv%3D1?rasterize-bypass=true&w=1', WEB],
  ])('%s is left alone', (target, settings) => {
    expect(at(target, settings).plan).toEqual(untouched);
  });

  test('active content stays in an SVG only where every URL is signed', () => {
    const target = '/a.svg?svg-sanitize=false';
    const signed = `${target}&s=${sign('FOO123bar', splitTarget(target))}`;
    expect(at(target).plan.output).toEqual({ kind: 'source', sanitize: true });
    expect(at(signed, SIGNED).plan.output).toEqual({ kind: 'source', sanitize: false });
  });
});

describe('the source', () => {
  test.each<[string, DialectSettings, unknown, string]>([
    ['/users/1.png?w=1', FOLDER, { kind: 'path', path: 'users/1.png' }, 'below the origin'],
    ['/a%20b+c%2Fd.png', FOLDER, { kind: 'path', path: 'a%20b+c%2Fd.png' }, 'still encoded'],
    ['', FOLDER, { kind: 'path', path: '' }, 'the origin says what nothing is'],
    [
      '/http%3A%2F%2Favatars.example%2Fjohn.png?w=5',
      WEB,
      { kind: 'url', url: 'http://avatars.example/john.png' },
      'one segment',
    ],
    [
      '/https%3A%2F%2Fa.example%2F%25C3%25A9.png%3Fx%3D1',
      WEB,
      { kind: 'url', url: 'https://a.example/%C3%A9.png?x=1' },
      'decoded exactly once, with its own query',
    ],
    [
      '/http://a.example/%C3%A9.png?w=5',
      WEB,
      { kind: 'url', url: 'http://a.example/%C3%A9.png' },
      'written out',
    ],
  ])('%s of %j names %j (%s)', (target, settings, source) => {
    expect(at(target, settings).source).toEqual(source);
  });

  test.each([
    ['/card.png', 'no URL'],
    ['/ftp%3A%2F%2Fa.example%2Fb.png', 'another scheme'],
    ['/http%3A%2F%2F', 'no host'],
    ['/http%3A%2F%2Fa%20b%2Fc.png', 'a bad host'],
    ['/http%3A%2F%2Fa.example%3A99999%2Fc.png', 'a bad port'],
    ['/http%3A%2F%2Fu%3Ap%40a.example%2Fc.png', 'credentials'],
    ['/http%3A%2F%2Fa.example%5C%40b.example%2Fc.png', 'a backslash'],
    ['/http%3A%2F%2Fa.example%0A.b%2Fc.png', 'a line break'],
    ['/http%3A%2F%2Fa.example%2F%', 'a broken escape'],
    ['/%252568ttp', 'encoded too often'],
  ])('%s is no source of a proxy (%s)', (target) => {
    expect(code(() => at(target, WEB))).toBe('bad-request');
  });
});

const WITHOUT_JXL: DialectSettings = { ...FOLDER, missing: ['jxl'] };

describe('an SVG source', () => {
  const RASTERISE = { ...FOLDER, svg: 'rasterise' } as const;
  test.each([
    // query                        settings   passes   why
    ['w=150', FOLDER, true, 'a size alone'],
    ['auto=format,compress&w=9&h=9', FOLDER, true, 'negotiation names no format'],
    ['fm=json&auto=compress', FOLDER, true, 'data'],
    ['palette=css', FOLDER, true, 'data'],
    ['fm=blurhash', FOLDER, true, 'data'],
    ['fm=auto', FOLDER, true, 'no format of the service'],
    ['fm=jxl&w=9', WITHOUT_JXL, true, 'not written here'],
    ['fm=jxl&w=9', FOLDER, false, 'a format of pixels'],
    ['fm=mp4', FOLDER, true, 'no picture'],
    ['fm=png&w=200', FOLDER, false, 'a format of pixels'],
    ['fm=webp', FOLDER, false, 'the same'],
    ['auto=format&fm=pjpg', FOLDER, false, 'named beside negotiation'],
    ['w=150', RASTERISE, false, 'its source says so'],
    ['auto=format', RASTERISE, false, 'the same'],
    ['fm=json', RASTERISE, false, 'the same'],
  ])('passes with ?%s: %j (%s)', (query, settings, passes) => {
    const { svgPlan } = at(`/a.svg?${query}`, settings);
    expect(svgPlan?.output).toEqual(passes ? { kind: 'source', sanitize: true } : undefined);
  });

  test('may be handed out as it came where every URL is signed, also beside other parameters', () => {
    const sanitize = (query: string, settings: DialectSettings) =>
      compile(query, {}, settings).svgPlan?.output;
    const signed = { ...SIGNED, signing: { tokens: ['t'], required: true } };
    const target = '/a.jpg?svg-sanitize=false&w=9';
    const s = sign('t', splitTarget(target));
    expect(sanitize(`svg-sanitize=false&w=9&s=${s}`, signed)).toMatchObject({ sanitize: false });
    expect(sanitize('svg-sanitize=false&w=9', FOLDER)).toMatchObject({ sanitize: true });
  });
});

describe('refusals', () => {
  test.each([
    [`/a.png?x=${'a'.repeat(8000)}`, FOLDER, 'target-too-long', '1.1'],
    ['/a.png?w=1\0', FOLDER, 'bad-request', 'a control character'],
    ['/a b.png', FOLDER, 'bad-request', 'a blank'],
    ['/~text?txt=Hi', FOLDER, 'none', '6.3'],
    ['/~text?w=90', FOLDER, 'bad-parameter', '6.3.4: nothing to be set'],
    ['/~text', WEB, 'bad-parameter', '6.3.4: of a web proxy too'],
    ['/a.png?w=0', FOLDER, 'bad-parameter', '4.6'],
    ['/a.png?w64=%3D', FOLDER, 'bad-parameter', '1.5'],
    ['/a.png?txt64=Hello World', FOLDER, 'bad-request', 'a blank'],
    ['/a.png?txt64=Hello%20World', FOLDER, 'bad-parameter', '1.5: no base64'],
    ['/a.png?bg-replace64=Hello%20World', FOLDER, 'none', '1.5: it has no effect'],
    [`/a.png?txt=${'a'.repeat(2001)}`, FOLDER, 'bad-parameter', '7.2: too long'],
    [`/a.png?dl=${'a'.repeat(2001)}`, FOLDER, 'bad-parameter', '7.2'],
    ['/a.png?bg-remove=true&bg-remove-fallback=false', FOLDER, 'bad-parameter', '7.7'],
    ['/a.png?bg-replace=sea&bg-replace-fallback=0', FOLDER, 'bad-parameter', '7.7'],
    ['/a.png?fill=gen&fill-gen-fallback=false', FOLDER, 'bad-parameter', '7.7'],
    ['/a.png?upscale=1&upscale-fallback=false', FOLDER, 'bad-parameter', '7.7'],
    ['/a.png?bg-remove-fallback=false&w=9', FOLDER, 'none', '7.7: the step was not asked for'],
    ['/a.png?w=9', SIGNED, 'signature-invalid', '2.2: fail closed'],
    ['/a.png?w=9&s=0', SIGNED, 'signature-invalid', '2.2'],
    ['/a.png?w=9&expires=1400000000', FOLDER, 'link-expired', '2.3'],
    ['/a.png?w=9&expires=soon', FOLDER, 'none', '2.3: not a number'],
    ['/a.png?w=9&expires=1400000000', SIGNED, 'signature-invalid', 'the signature comes first'],
  ])('%s of %j: %s (%s)', (target, settings, expected) => {
    expect(code(() => at(target, settings))).toBe(expected);
  });

  test.each([
    ['signature-invalid', 403],
    ['link-expired', 404],
    ['source-not-found', 404],
    ['source-broken', 421],
    ['source-not-an-image', 422],
    ['source-unsupported', 422],
    ['target-too-long', 414],
    ['overloaded', 503],
  ] as const)('%s answers %i', (name, status) => {
    const refusal = imgix.refuse(new Fault(name, 'x'), request('/a'), undefined);
    expect(refusal).toMatchObject({ kind: 'error', status, message: 'x' });
  });

  test.each<[number | undefined, number, string]>([
    [429, 429, 'it asks for patience, and so does the answer'],
    [500, 502, 'it failed'],
    [503, 502, 'it is down'],
    [undefined, 502, 'it could not be reached'],
  ])('an origin that answers %s is answered %i: %s', (status, expected) => {
    const fault = new Fault('origin-failed', 'x', status === undefined ? {} : { status });
    expect(imgix.refuse(fault, request('/a'), undefined)).toMatchObject({ status: expected });
  });

  test("a wrong signature is told in the vendor's words", () => {
    expect(() => at('/a.png?w=9&s=0', SIGNED)).toThrow(/^URI signature match failed$/);
    expect(() => at('/a.png?w=9', SIGNED)).toThrow('Expected a signed URL');
  });

  test.each([
    ['/a.txt?w=9', { ...FOLDER, notPictures: 'pass' }, 'source', Number.POSITIVE_INFINITY],
    ['/a.txt?w=9', { ...FOLDER, notPictures: 'refuse' }, 'error', 30],
    ['/a.txt?w=9', FOLDER, 'error', 30],
  ] as const)('what is no picture: %s of %j answers %s', (target, settings, kind, ttl) => {
    const fault = new Fault('source-not-an-image', 'x');
    const refusal = imgix.refuse(fault, request(target), at(target, settings));
    expect(refusal).toMatchObject({ kind, ttl });
    const broken = new Fault('source-broken', 'x');
    expect(imgix.refuse(broken, request(target), at(target, settings)).kind).toBe('error');
  });

  test('known media that cannot be decoded are handed on', () => {
    const fault = new Fault('source-unsupported', 'x', { format: 'pdf' });
    expect(imgix.refuse(fault, request('/a'), undefined).kind).toBe('source');
  });

  test('a signature that is wrong where none is required leaves a warning', () => {
    const settings = { ...FOLDER, signing: { tokens: ['t'], required: false } };
    expect(compile('w=9&s=0', {}, settings).diagnostics).toMatchObject([
      { severity: 'warning', param: 's' },
    ]);
    expect(compile('w=9', {}, settings).diagnostics).toEqual([]);
  });
});

describe('the response', () => {
  test.each([
    ['w=9', [], 'nothing was negotiated'],
    ['fm=webp', [], 'an explicit format'],
    ['auto=format', ['accept'], '4.4'],
    ['fm=auto', ['accept'], '4.3.2'],
    ['fm=jxl', [], 'an explicit format'],
    ['auto=format&ch=Width,DPR', ['accept', 'sec-ch-width', 'width', 'sec-ch-dpr', 'dpr'], '5.11'],
    ['ch=save-data', ['save-data'], '5.11'],
  ])('%s varies by %j (%s)', (query, vary) => {
    expect(compile(query).response.vary).toEqual(vary);
  });

  test('Accept-CH names the hints that ch asks for', () => {
    expect(compile('ch=Width,dpr').response.headers).toEqual({
      'accept-ch': 'Sec-CH-Width, Width, Sec-CH-DPR, DPR',
    });
    expect(compile('w=9').response.headers).toEqual({});
  });

  test('a year by default, and until expires where that is given', () => {
    const year = { fallback: 31_536_000, min: 0, max: 31_536_000 };
    expect(compile('w=9').response.freshness).toEqual(year);
    const seconds = NOW / 1000 + 60;
    expect(compile(`w=9&expires=${seconds}`).response.freshness).toEqual({
      ...year,
      until: NOW + 60_000,
    });
  });

  test.each([
    ['dl=my%20card.jpg', 'my card.jpg'],
    ['dl=..%2F..%2Fetc%2F%22x%22%0D%0A.jpg', 'etcx.jpg'],
    ['dl', ''],
    ['dl64=w6kucG5n', 'é.png'],
  ])('%s downloads as %j', (query, name) => {
    expect(compile(query).response.download).toBe(name);
  });

  test('a success carries an id of 40 digits, and warnings without odd characters', () => {
    const compiled = compile('fm=jp2&bri=%E3%81%A7%0A');
    const result = { width: 9, height: 9, format: 'jpeg', bytes: 9 } as const;
    const { diagnostics } = compiled;
    const delivery = { key: 'ab'.repeat(32), diagnostics, compiled, result } as Delivery;
    const headers = imgix.present(delivery);
    expect(headers['x-imgix-id']).toBe('ab'.repeat(20));
    expect(headers['fovea-warning']).toMatch(/^[\x20-\x7e]+$/);
    expect(headers['fovea-warning']).toContain('does not write jp2');
  });
});

test('fm=jxl says so where it is not written, and depends on Accept', () => {
  const { diagnostics, response } = compile('fm=jxl', {}, WITHOUT_JXL);
  expect(diagnostics).toMatchObject([
    { message: expect.stringMatching(/does not write jxl; the best format .* wasm-vips/) },
  ]);
  expect(response.vary).toEqual(['accept']);
});

describe('remarks', () => {
  test.each([
    ['q=abc', 'warning', 'Expected a whole number from 0 to 100 for q, got "abc"; ignored.'],
    ['q=150', 'warning', 'used as far as it goes'],
    ['width=9&f=cut', 'warning', 'for f, got "cut"'],
    ['nonsense=1&w=9', 'note', 'Expected the name of a parameter'],
    ['crop=left', 'warning', 'crop has an effect only with fit=crop.'],
    ['markalign=left', 'warning', 'markalign has an effect only with mark.'],
    ['background-remove=1', 'warning', 'background-remove has no effect here: it is not built.'],
    ['mark-algin=left&w=9', 'warning', 'did you mean "mark-align"?'],
    ['mark-glow=9', 'warning', 'Expected the name of a parameter'],
    ['fm=auto', 'warning', 'fm=auto is read as auto=format.'],
    ['fm=pdf', 'warning', 'only on files named pdf'],
    ['chromasub=422', 'warning', '422 is written as 444'],
    ['frame=1-2-3', 'warning', 'two with a hyphen'],
    ['svg-sanitize=false', 'warning', 'only where every URL must be signed'],
    ['w=9&h=9&fit=crop&min-w=5', 'warning', 'min-w has an effect only with'],
    ['dpr=2', 'warning', 'dpr has an effect only with w or h.'],
    ['fm=jp2', 'warning', 'does not write jp2'],
    ['upscale=true', 'warning', 'upscale has no effect here'],
    ['fill=gen&fit=fill&w=9&h=9', 'warning', 'needs a model'],
    ['facepad=2&w=9&h=9&fit=crop', 'warning', 'facepad has an effect only with fit=facearea'],
    ['facepad=-1&w=9&h=9&fit=facearea', 'warning', 'above 0'],
    ['faceindex=2&w=9&h=9&fit=crop', 'warning', 'faceindex has an effect only with'],
    ['faces=1&w=9', 'warning', 'faces has an effect only with fm=json'],
    ['fp-debug=1&w=9&h=9&fit=crop', 'warning', 'fp-debug has an effect only with'],
  ])('%s: %s "%s"', (query, severity, message) => {
    const { diagnostics } = compile(query);
    expect(diagnostics.some((d) => d.severity === severity && d.message.includes(message))).toBe(
      true,
    );
  });

  test.each([
    'bg-remove=false',
    'txt=&w=9',
    'mark=',
    'ixlib=js-1&ixid=2&w=9',
    'bg-remove-fallback=true',
  ])('%s asks for nothing, and leaves none', (query) => {
    expect(compile(query).diagnostics).toEqual([]);
  });

  test('a default of the source waits for the requests that it is meant for', () => {
    const settings = { ...FOLDER, defaults: { crop: 'entropy', fit: 'max' } };
    expect(compile('sat=9', {}, settings).diagnostics).toEqual([]);
  });

  test('plain requests leave none', () => {
    expect(compile('w=300&h=200&fit=crop&crop=top&auto=format,compress&q=60').diagnostics).toEqual(
      [],
    );
  });
});
