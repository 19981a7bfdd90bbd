import { expect, test } from 'vitest';
import { type DiskFailure, DiskFailures } from './failures.ts';

const failure = (code: string, path: string) => Object.assign(new Error('no'), { code, path });

test('failures are counted each and told of once a minute, with those left unsaid', () => {
  let now = 0;
  const told: DiskFailure[] = [];
  const failures = new DiskFailures((one) => told.push(one), { now: () => now });
  for (let n = 0; n < 5; n++) failures.note(failure('ENOSPC', `/a/${n}`));
  now = 59_999;
  failures.note(failure('EROFS', '/b'));
  now = 60_000;
  failures.note(failure('EDQUOT', '/c'));
  expect(told).toEqual([
    { code: 'ENOSPC', path: '/a/0', times: 1 },
    { code: 'EDQUOT', path: '/c', times: 6 },
  ]);
  expect(failures.count).toBe(7);
});

test('what has no code is told by its message', () => {
  const told: DiskFailure[] = [];
  new DiskFailures((one) => told.push(one)).note(new Error('odd'));
  expect(told).toEqual([{ code: 'odd', times: 1 }]);
});
