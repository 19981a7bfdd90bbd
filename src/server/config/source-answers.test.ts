import { describe, expect, test } from 'vitest';
import { FAULTS, Fault, type FaultCode } from '../../base/fault.ts';
import type { ImageRequest } from '../../dialects/dialect.ts';
import { imgix } from '../../dialects/imgix/index.ts';
import { planKey } from '../../plan/key.ts';
import {
  type AnswerSettings,
  compileAt,
  errorSeconds,
  insteadOf,
  sourceFreshness,
} from './source-answers.ts';

const HOUR = 3_600_000;

describe('the freshness of a source', () => {
  const imageoptim = { fallback: 14_400, min: 14_400, max: 31_536_000 };
  test.each<[AnswerSettings, [number, number, number], string]>([
    [{}, [14_400, 14_400, 31_536_000], 'the dialect rules where nothing is set'],
    [{ ttl: HOUR }, [3600, 14_400, 31_536_000], 'ttl is for origins that say nothing'],
    [{ ttl: HOUR, ttlMode: 'override' }, [3600, 3600, 3600], 'override is ttl, whatever is said'],
    [{ ttl: HOUR, ttlMode: 'minimum' }, [3600, 3600, 3600], 'the smaller, below the own floor too'],
    [{ minTtl: 0 }, [14_400, 0, 31_536_000], 'a floor of the source replaces that of the dialect'],
    [{ maxTtl: HOUR }, [14_400, 3600, 3600], 'a ceiling wins over the floor of the dialect'],
    [{ ttl: 1500, minTtl: 999 }, [1, 0, 31_536_000], 'seconds are whole'],
  ])('with %j is %j (%s)', (answers, [fallback, min, max]) => {
    expect(sourceFreshness(imageoptim, answers)).toEqual({ fallback, min, max });
  });

  test('keeps the end of a link', () => {
    const policy = { fallback: 1, min: 0, max: 9, until: 77 };
    expect(sourceFreshness(policy, { ttl: HOUR, ttlMode: 'override' }).until).toBe(77);
  });
});

describe('the seconds of an error', () => {
  test.each([
    [undefined, 30, 30],
    [{ errorTtl: 300_000 }, 30, 300],
    [{ errorTtl: 0 }, 30, 0],
    [{ errorTtl: 300_000 }, 0, 0],
  ])('with %j and %d are %d', (answers, own, seconds) => {
    expect(errorSeconds(answers, own)).toBe(seconds);
  });
});

describe('the picture instead of an error', () => {
  const compiled = (query: string) =>
    imgix.compile(
      {
        method: 'GET',
        target: `/a.jpg${query}`,
        headers: {},
        accepts: new Set(),
        now: 0,
        upload: false,
      },
      { name: 'a', origin: 'folder' },
    );
  const both = { defaultImage: 'none yet.png', errorImage: 'https://a.b/broken.png' };
  const source = (code: FaultCode, answers: AnswerSettings | undefined, query = '?w=9') =>
    insteadOf(new Fault(code, 'No.'), compiled(query), answers)?.source;

  test('is the default image for a source that is not there, and the error image for the rest', () => {
    expect(source('source-not-found', both)).toEqual({ kind: 'path', path: 'none%20yet.png' });
    expect(source('origin-timeout', both)).toEqual({ kind: 'url', url: 'https://a.b/broken.png' });
    expect(source('source-broken', { defaultImage: 'a.png' })).toBeUndefined();
    expect(source('source-not-found', { errorImage: 'a.png' })).toBeUndefined();
    expect(source('source-not-found', undefined)).toBeUndefined();
  });

  test('has the steps of the request', () => {
    const instead = insteadOf(new Fault('source-not-found', 'No.'), compiled('?w=9'), both);
    expect(instead?.plan).toEqual(compiled('?w=9').plan);
  });

  test.each(['?fm=json', '?fm=blurhash', '?palette=json'])('is not sent for %s', (query) => {
    expect(source('source-not-found', both, query)).toBeUndefined();
  });

  test('stands for no fault of the request or of the moment', () => {
    const without = (Object.keys(FAULTS) as FaultCode[]).filter((code) => !source(code, both));
    expect(without).toEqual([
      'bad-request',
      'bad-parameter',
      'target-too-long',
      'method-not-allowed',
      'not-implemented',
      'upload-too-large',
      'upload-unreadable',
      'upload-missing',
      'signature-invalid',
      'link-expired',
      'account-unknown',
      'mount-unknown',
      'overloaded',
      'rate-limited',
      'source-lost',
    ]);
  });
});

test('inks of a press are part of the plan, and so of the key', () => {
  const request: ImageRequest = {
    method: 'GET',
    target: '/a.jpg?w=9',
    headers: {},
    accepts: new Set(),
    now: 0,
    upload: false,
  };
  const site = { dialect: imgix, settings: { name: 'a', origin: 'folder' } } as const;
  const keys = [{}, { cmyk: 'screen' }, { cmyk: 'press' }].map((answers) =>
    planKey(compileAt({ ...site, answers: answers as AnswerSettings }, request).plan),
  );
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[0]);
});
