/**
 * Signed URL: a target as the service of a dialect would accept it.
 */
import type { Dialect } from './dialect.ts';
import { sign, splitTarget } from './imgix/signature.ts';
import { EXPIRY_PARAM, SIGNATURE_PARAM, signTarget, withoutLastPair } from './target-signature.ts';

/** Whether a target carries a signature at the place where its dialect looks for one. */
export function carriesSignature(dialect: Dialect['name'], target: string): boolean {
  return dialect === 'imgix'
    ? /[?&]s=/.test(target)
    : withoutLastPair(target, SIGNATURE_PARAM) !== target;
}

/**
 * A target signed by a token or key; signatures that it carries are replaced.
 *
 * @param target raw, below the mount
 * @param until end of its life in whole seconds since 1970; absent: what the target itself says
 */
export function signedTarget(
  dialect: Dialect['name'],
  token: string,
  target: string,
  until?: number,
): string {
  if (dialect === 'imgix') return signedForImgix(token, target, until);
  const bare = withoutLastPair(target, SIGNATURE_PARAM);
  return signTarget(token, until === undefined ? bare : withoutLastPair(bare, EXPIRY_PARAM), until);
}

function signedForImgix(token: string, target: string, until: number | undefined): string {
  const { path, query } = splitTarget(target);
  const dropped = until === undefined ? ['s='] : ['s=', 'expires='];
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '' && !dropped.some((name) => pair.startsWith(name)));
  if (until !== undefined) pairs.push(`expires=${until}`);
  const signature = sign(token, { path, query: pairs.join('&') });
  return `${path}?${[...pairs, `s=${signature}`].join('&')}`;
}
