/**
 * Told: all who are told of purges by the configuration, a webhook and CDNs in front.
 */
import type { Config } from '../config/config.ts';
import type { Log } from '../telemetry/log.ts';
import type { CdnPurgerOptions } from './cdn/cdn-purger.ts';
import { CdnPurger } from './cdn/cdn-purger.ts';
import { cloudflare } from './cdn/cloudflare.ts';
import { fastly } from './cdn/fastly.ts';
import { purgeWebhook } from './purge-webhook.ts';
import type { Purger } from './purger.ts';

/** Has them told from now on. @returns what ends it, once what was purged before has been told or some seconds have passed */
export function tellOfPurges(
  purger: Purger,
  { purge }: Pick<Config, 'purge'>,
  log: Log,
  count: CdnPurgerOptions['count'],
): () => Promise<void> {
  const { webhook, tokenFile, fastlyService: service, cloudflareZone: zone } = purge;
  if (webhook !== undefined) purger.onPurge(purgeWebhook({ url: webhook, tokenFile, log }));
  const cdns: CdnPurger[] = [];
  const add = (options: Pick<CdnPurgerOptions, 'cdn' | 'token' | 'tokenFile'>) => {
    const cdn = new CdnPurger({ ...options, log, count });
    purger.onPurge((purged) => cdn.take(purged));
    cdns.push(cdn);
  };
  if (service !== undefined) {
    const cdn = fastly({ api: purge.fastlyApi, service });
    add({ cdn, token: purge.fastlyToken, tokenFile: purge.fastlyTokenFile });
  }
  if (zone !== undefined) {
    const cdn = cloudflare({ api: purge.cloudflareApi, zone });
    add({ cdn, token: purge.cloudflareToken, tokenFile: purge.cloudflareTokenFile });
  }
  return async () => {
    await Promise.all(cdns.map((cdn) => cdn.close()));
  };
}
