/**
 * Configured limits: what the rates of a configuration mean for the requests that come.
 */
import { ClientAddress } from '../limits/client-address.ts';
import { RequestLimits } from '../limits/request-limits.ts';
import type { Config } from './config.ts';

/** What counts requests; undefined where no rate is configured. */
export function requestLimits({ rates, sources }: Config): RequestLimits | undefined {
  const { requests, misses, proxies = [], forwarded } = rates;
  const ofSources = sources.map(
    ({ name, requestRate, missRate }) =>
      [
        name,
        {
          ...(requestRate === undefined ? {} : { requests: requestRate }),
          ...(missRate === undefined ? {} : { misses: missRate }),
        },
      ] as const,
  );
  const client = {
    ...(requests === undefined ? {} : { requests }),
    ...(misses === undefined ? {} : { misses }),
  };
  const counted = [client, ...ofSources.map(([, rates]) => rates)];
  if (counted.every((rates) => Object.keys(rates).length === 0)) return undefined;
  return new RequestLimits({
    client,
    sources: new Map(ofSources),
    address: new ClientAddress(proxies, forwarded),
    now: () => performance.now(),
  });
}
