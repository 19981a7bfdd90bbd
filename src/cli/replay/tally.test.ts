import { expect, test } from 'vitest';
import type { Outcome } from './outcome.ts';
import { reportHtml } from './report-html.ts';
import { summaryText } from './report-text.ts';
import { Tally } from './tally.ts';

const outcome = (facts: Partial<Outcome>): Outcome => ({
  host: undefined,
  target: '/a.jpg',
  status: 200,
  remarks: [],
  milliseconds: 10,
  ...facts,
});
const exhibit = (facts: Partial<Outcome>) => ({
  outcome: outcome(facts),
  ours: undefined,
  theirs: undefined,
});

test('what the vendor refused may be refused; other refusals count', () => {
  const tally = new Tally();
  tally.add(exhibit({ status: 404, vendor: { status: 404 } }));
  tally.add(exhibit({ status: 404, vendor: { status: 200 } }));
  tally.add(exhibit({ status: 404 }));
  tally.add(exhibit({ status: 0, problem: 'no connection' }));
  tally.add(exhibit({ status: 200, vendor: { status: 404 } }));
  expect(tally.summary()).toMatchObject({
    requests: 5,
    answered: 2,
    statuses: { 0: 1, 200: 1, 404: 3 },
  });
});

test('the worst come first, and no more than asked for are kept', () => {
  const tally = new Tally(3);
  tally.add(exhibit({ target: '/good' }));
  tally.add(exhibit({ target: '/remark', remarks: ['w has no effect.'] }));
  tally.add(exhibit({ target: '/low', score: 40 }));
  tally.add(
    exhibit({ target: '/size', width: 3, height: 3, vendor: { status: 200, width: 4, height: 3 } }),
  );
  tally.add(exhibit({ target: '/refused', status: 500 }));
  expect(tally.worst().map((one) => one.outcome.target)).toEqual(['/refused', '/size', '/remark']);
});

test('sentences without end do not fill the memory', () => {
  const tally = new Tally();
  for (let i = 0; i < 2_000; i++) tally.add(exhibit({ remarks: [`p${i} has no effect.`] }));
  const { remarks } = tally.summary();
  expect(remarks.length).toBeLessThanOrEqual(501);
  expect(remarks.reduce((sum, { times }) => sum + times, 0)).toBe(2_000);
});

test('foreign text is text in the page and on the terminal', () => {
  const tally = new Tally();
  tally.add(
    exhibit({ target: '/<b>"x"\u001b[2J', remarks: ['a <i> & b'], status: 500, problem: '<u>' }),
  );
  const html = reportHtml(tally.summary(), tally.worst());
  expect(html).not.toMatch(/<b>|<i>|<u>/);
  expect(html).toContain('a &#60;i&#62; &#38; b');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
  expect(summaryText(tally.summary(), tally.worst())).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
});

test('no requests at all are a summary too', () => {
  expect(summaryText(new Tally().summary(), [])).toContain('0 requests');
});
