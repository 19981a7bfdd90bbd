import { describe, expect, test } from 'vitest';
import { evaluateConditions } from './conditional.ts';

const WHAT = { etag: '"abc"', lastModified: 'Fri, 20 Nov 2026 08:00:00 GMT', length: 1000 };
const SAME = WHAT.lastModified;
const BEFORE = 'Fri, 20 Nov 2026 07:59:59 GMT';
const AFTER = 'Fri, 20 Nov 2026 08:00:01 GMT';

function text(headers: Record<string, string>, method = 'GET', what = WHAT): string {
  const verdict = evaluateConditions(method, headers, what);
  return verdict.kind === 'part' ? `${verdict.first}-${verdict.last}` : verdict.kind;
}

describe('judge', () => {
  test.each([
    // headers                                                          verdict          why
    [{}, 'full', 'no condition'],
    [{ 'if-none-match': '"abc"' }, 'not-modified', 'the tag'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified', 'weak comparison'],
    [{ 'if-none-match': '"x", "abc"' }, 'not-modified', 'a list'],
    [{ 'if-none-match': ' * ' }, 'not-modified', 'any representation'],
    [{ 'if-none-match': '"x"' }, 'full', 'another tag'],
    [{ 'if-none-match': 'abc' }, 'full', 'malformed is no match'],
    [{ 'if-none-match': '"x"', 'if-modified-since': AFTER }, 'full', 'the tag has precedence'],
    [{ 'if-modified-since': SAME }, 'not-modified', 'not changed since'],
    [{ 'if-modified-since': AFTER }, 'not-modified', 'not changed since'],
    [{ 'if-modified-since': BEFORE }, 'full', 'changed since'],
    [{ 'if-modified-since': 'yesterday' }, 'full', 'no date'],
    [{ 'if-match': '"abc"' }, 'full', 'holds'],
    [{ 'if-match': '"x", "abc"' }, 'full', 'holds by one of a list'],
    [{ 'if-match': '*' }, 'full', 'any representation'],
    [{ 'if-match': '"x"' }, 'failed', 'another representation'],
    [{ 'if-match': 'W/"abc"' }, 'failed', 'strong comparison'],
    [{ 'if-match': '"abc"', 'if-unmodified-since': BEFORE }, 'full', 'If-Match goes first'],
    [{ 'if-unmodified-since': BEFORE }, 'failed', 'changed since'],
    [{ 'if-unmodified-since': SAME }, 'full', 'not changed since'],
    [{ 'if-unmodified-since': 'nonsense' }, 'full', 'no date is ignored'],
    [{ 'if-match': '"x"', 'if-none-match': '"abc"' }, 'failed', 'the order of the standard'],
    [{ 'if-none-match': '"abc"', range: 'bytes=0-1' }, 'not-modified', 'ranges come last'],
    [{ 'if-match': '"x"', range: 'bytes=0-1' }, 'failed', 'ranges come last'],
    [{ range: 'bytes=0-99' }, '0-99', 'a range'],
    [{ range: 'bytes=0-0' }, '0-0', 'one byte'],
    [{ range: 'bytes=0-1' }, '0-1', 'what Safari asks of a video first'],
    [{ range: 'bytes=900-' }, '900-999', 'an open range'],
    [{ range: 'bytes=900-5000' }, '900-999', 'cut at the end'],
    [{ range: 'bytes=-100' }, '900-999', 'a suffix'],
    [{ range: 'bytes=-5000' }, '0-999', 'a suffix longer than the body is all of it'],
    [{ range: 'Bytes=0-1' }, '0-1', 'units know no case'],
    [{ range: 'bytes=-0' }, 'unsatisfiable', 'an empty suffix'],
    [{ range: 'bytes=1000-' }, 'unsatisfiable', 'beyond the end'],
    [{ range: 'bytes=1000-2000' }, 'unsatisfiable', 'beyond the end'],
    [{ range: 'bytes=0-1,4-5' }, 'full', 'several ranges'],
    [{ range: 'bytes=a-b' }, 'full', 'malformed'],
    [{ range: 'bytes=' }, 'full', 'malformed'],
    [{ range: 'bytes=5' }, 'full', 'malformed'],
    [{ range: 'bytes=-' }, 'full', 'malformed'],
    [{ range: 'pages=0-1' }, 'full', 'another unit'],
    [{ range: 'bytes=5-1' }, 'full', 'backwards is malformed'],
    [{ range: 'bytes=0-1', 'if-range': '"abc"' }, '0-1', 'the same representation'],
    [{ range: 'bytes=0-1', 'if-range': '"x"' }, 'full', 'another representation'],
    [{ range: 'bytes=0-1', 'if-range': 'W/"abc"' }, 'full', 'a weak tag never holds'],
    [{ range: 'bytes=0-1', 'if-range': SAME }, '0-1', 'the exact date'],
    [{ range: 'bytes=0-1', 'if-range': AFTER }, 'full', 'another date'],
  ])('%o is %s (%s)', (headers, verdict, _why) => {
    expect(text(headers as Record<string, string>)).toBe(verdict);
  });

  test('HEAD knows conditions but no ranges, POST knows neither', () => {
    expect(text({ range: 'bytes=0-1' }, 'HEAD')).toBe('full');
    expect(text({ 'if-none-match': '"abc"' }, 'HEAD')).toBe('not-modified');
    expect(text({ 'if-none-match': '*', range: 'bytes=0-1' }, 'POST')).toBe('full');
  });

  test('without a date of the source, dates neither match nor fail', () => {
    const what = { etag: '"abc"', length: 10 };
    expect(evaluateConditions('GET', { 'if-modified-since': AFTER }, what).kind).toBe('full');
    expect(evaluateConditions('GET', { 'if-unmodified-since': BEFORE }, what).kind).toBe('full');
    expect(evaluateConditions('GET', { 'if-range': SAME, range: 'bytes=0-1' }, what).kind).toBe(
      'full',
    );
  });

  test('an empty body has no range', () => {
    expect(text({ range: 'bytes=0-' }, 'GET', { ...WHAT, length: 0 })).toBe('unsatisfiable');
    expect(text({ range: 'bytes=-5' }, 'GET', { ...WHAT, length: 0 })).toBe('unsatisfiable');
  });
});
