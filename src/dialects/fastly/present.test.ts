import { describe, expect, test } from 'vitest';
import { note, warning } from '../../base/diagnostic.ts';
import { Fault, type FaultCode } from '../../base/fault.ts';
import type { Delivery, ImageRequest } from '../dialect.ts';
import { fastly } from './index.ts';

const request: ImageRequest = {
  method: 'GET',
  target: '/a.jpg?width=300',
  headers: {},
  accepts: new Set(),
  now: 0,
  upload: false,
};

const delivery: Delivery = {
  request,
  compiled: fastly.compile(request, { name: 'shop', origin: 'folder' }),
  source: { width: 827, height: 788, format: 'jpeg', bytes: 108501 },
  result: { width: 300, height: 286, format: 'jpeg', bytes: 13066 },
  key: '00',
  diagnostics: [],
};

describe('the headers of a success', () => {
  test("are those of the vendor's own example", () => {
    expect(fastly.present(delivery)).toEqual({
      'fastly-io-info': 'ifsz=108501 idim=827x788 ifmt=jpeg ofsz=13066 odim=300x286 ofmt=jpeg',
      'fastly-io-transform-stats': 'ifsz=108501 ofsz=13066 ifmt=jpeg ofmt=jpeg',
      'fastly-stats': 'io=1',
    });
  });

  test('join warnings, each once, and leave notes to explain', () => {
    const diagnostics = [
      warning('Parameter width: one', 'width'),
      note('Parameter height: a note'),
      warning('Parameter fit: two', 'fit'),
      warning('Parameter width: one', 'width'),
    ];
    expect(fastly.present({ ...delivery, diagnostics })['fastly-io-warning']).toBe(
      'Parameter width: one; Parameter fit: two',
    );
  });

  test('carry nothing that ends a header', () => {
    const diagnostics = [warning('one\r\nset-cookie: a=b\u{1f600}')];
    expect(fastly.present({ ...delivery, diagnostics })['fastly-io-warning']).toMatch(
      /^one\?\?set-cookie: a=b\?+$/,
    );
  });

  test.each<[FaultCode, string]>([
    ['source-broken', 'Image could not be parsed'],
    ['source-not-an-image', 'Not a supported image format'],
    ['source-too-large', 'Body exceeds maximum length'],
  ])('after %s are the cause alone: nothing was transformed', (code, text) => {
    const fallback = new Fault(code, 'A message.');
    const nothing = { width: 0, height: 0, format: 'jpeg', bytes: 6 } as const;
    const headers = fastly.present({ ...delivery, source: nothing, result: nothing, fallback });
    expect(headers).toEqual({ 'fastly-io-error': text });
  });

  test('of an SVG that passed say that it is no source of the service', () => {
    const drawing = { width: 0, height: 0, format: 'svg', bytes: 600 } as const;
    expect(fastly.present({ ...delivery, source: drawing, result: drawing })).toEqual({
      'fastly-io-error': 'Not a supported image format',
    });
    const drawn = fastly.present({ ...delivery, source: drawing });
    expect(drawn['fastly-io-info']).toContain('ifmt=svg ofsz=13066');
    expect(drawn['fastly-io-error']).toBeUndefined();
  });
});

describe('a fault', () => {
  const refuse = (code: FaultCode, detail = {}) =>
    fastly.refuse(new Fault(code, 'A message.', detail), request, undefined);

  test.each<[FaultCode, string, string]>([
    ['source-not-an-image', 'Not a supported image format', 'a text file'],
    ['source-unsupported', 'Not a supported image format', 'a format without a decoder'],
    ['source-broken', 'Image could not be parsed', 'truncated'],
    ['source-too-large', 'Body exceeds maximum length', 'too many bytes'],
    ['source-too-many-pixels', 'Image exceeds maximum dimensions', 'too many pixels'],
  ])('%s delivers the source with "%s" (%s)', (code, text) => {
    expect(refuse(code)).toMatchObject({ kind: 'source', headers: { 'fastly-io-error': text } });
  });

  test.each<[FaultCode, object, number, string, string]>([
    [
      'region-out-of-bounds',
      {},
      400,
      'Invalid transformation for requested image: Invalid crop, region out of bounds',
      'crop page',
    ],
    ['source-not-found', {}, 404, 'Invalid status', 'a folder without the file'],
    ['source-not-found', { status: 410 }, 410, 'Invalid status', 'the status of the origin'],
    ['origin-failed', { status: 500 }, 500, 'Invalid status', 'the status of the origin'],
    ['origin-failed', { status: 206 }, 502, 'Invalid status', 'no status of a failure'],
    ['origin-timeout', {}, 504, 'Invalid status', 'no answer'],
    ['render-failed', {}, 500, 'A message.', 'internal failure'],
    ['bad-parameter', {}, 400, 'A message.', 'strict_params'],
    ['result-too-large', { status: 404 }, 400, 'A message.', 'the detail is of no origin'],
  ])('%s %j answers %d with "%s" (%s)', (code, detail, status, text) => {
    expect(refuse(code, detail)).toMatchObject({
      kind: 'error',
      status,
      headers: { 'fastly-io-error': text },
      message: 'A message.',
    });
  });
});
