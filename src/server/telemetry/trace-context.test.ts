import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTraceContext, traceHeaders } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('the trace context of a request', () => {
  test.each([
    [`00-${TRACE}-${SPAN}-01`, true, 'kept'],
    [`00-${TRACE}-${SPAN}-00`, false, 'not kept'],
    [`00-${TRACE}-${SPAN}-03`, true, 'with a flag of a later level'],
    [`cc-${TRACE}-${SPAN}-01-what-comes`, true, 'of a later version'],
    [`cc-${TRACE}-${SPAN}-01`, true, 'of a later version without more'],
  ])('%s is read (%s: %s)', (traceparent, sampled, _why) => {
    expect(readTraceContext({ traceparent })).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
  });

  test.each([
    [undefined, 'none'],
    ['', 'empty'],
    [`00-${TRACE}-${SPAN}-01-more`, 'more than version 00 has'],
    [`ff-${TRACE}-${SPAN}-01`, 'no version'],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, 'no trace'],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, 'no span'],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, 'upper case'],
    [`00-${TRACE}-${SPAN}`, 'no flags'],
    [`00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`, 'two of them'],
    [` 00-${TRACE}-${SPAN}-01`, 'a blank'],
  ])('%j is as if there were none (%s)', (traceparent, _why) => {
    expect(readTraceContext({ traceparent, tracestate: 'a=1' })).toBeUndefined();
  });

  test.each([
    ['vendor=1,other=2', 'vendor=1,other=2', 'as it is'],
    [`a=${'x'.repeat(510)}`, `a=${'x'.repeat(510)}`, '512 characters'],
    [`a=${'x'.repeat(511)}`, undefined, 'too long'],
    ['a=\u00e9', undefined, 'beyond ASCII'],
  ])('the state %j goes along as %j (%s)', (tracestate, state, _why) => {
    const read = readTraceContext({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate });
    expect(read?.state).toBe(state);
  });

  const hex = (digits: number) =>
    fc
      .array(fc.integer({ min: 0, max: 15 }), { minLength: digits, maxLength: digits })
      .map((list) => list.map((digit) => digit.toString(16)).join(''))
      .filter((text) => !/^0+$/.test(text));

  test('what is written is read as it was', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
        const context = { traceId, spanId, sampled };
        expect(readTraceContext(traceHeaders(context))).toEqual(context);
      }),
    );
  });

  test('nothing that is read makes a header of another form', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (traceparent, tracestate) => {
        const read = readTraceContext({ traceparent, tracestate });
        if (read === undefined) return;
        expect(traceHeaders(read).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      }),
    );
  });
});
