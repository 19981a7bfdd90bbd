/**
 * Query: the raw request target taken apart into account, options and source.
 *
 * The target is read as it was received. A router or a URL parser would
 * decode it or collapse `a/../b` and `//` first, and everything behind the
 * third slash, `?query` included, belongs to the source byte for byte.
 *
 * Invariant: no message repeats any part of a source; it may hold a secret.
 * Source of the rules: docs/spec/imageoptim.md 2, 11 and 12.
 */
import { Fault } from '../../base/fault.ts';
import type { DialectSettings } from '../dialect.ts';
import { decodeOnce } from './text.ts';

export interface ImageoptimTarget {
  /** The raw options segment. */
  readonly options: string;
  /** What follows the options; empty where nothing does. */
  readonly rest: string;
}

/**
 * Whether the mount takes `/{account}/…`: accounts are configured and the
 * source stands in the request as an absolute URL.
 */
export function hasAccounts({ origin, accounts }: DialectSettings): boolean {
  return origin === 'web' && accounts !== undefined;
}

/**
 * Options and source of a raw target, the account checked and taken off.
 *
 * @throws Fault `account-unknown` for a missing, malformed or unserved name,
 * `bad-request` where the options were forgotten
 */
export function splitTarget(target: string, settings: DialectSettings): ImageoptimTarget {
  let rest = target.startsWith('/') ? target.slice(1) : target;
  if (hasAccounts(settings)) {
    const [account, after] = cut(rest);
    checkAccount(account, settings.accounts ?? []);
    rest = after;
  }
  const [options, source] = cut(rest);
  if (/^https?(:|%3a)/i.test(options)) {
    throw new Fault(
      'bad-request',
      'The options are missing: expected a segment such as "full" or "300x200" before the source.',
    );
  }
  if (options === '') {
    throw new Fault('bad-request', 'The options are missing: expected at least "full".');
  }
  return { options, rest: source };
}

/** The text before the first slash and behind it; a query ends a segment and is dropped. */
function cut(text: string): [string, string] {
  const end = text.search(/[/?]/);
  if (end < 0) return [text, ''];
  return [text.slice(0, end), text[end] === '/' ? text.slice(end + 1) : ''];
}

function checkAccount(raw: string, accounts: readonly string[]): void {
  const account = decodeOnce(raw);
  if (account === '' || /^https?:/i.test(account)) {
    throw new Fault(
      'account-unknown',
      'The user name is missing: expected /username/options/source.',
    );
  }
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(account) || !accounts.includes(account)) {
    throw new Fault('account-unknown', 'This user name is not known here.');
  }
}
