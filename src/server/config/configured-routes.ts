/**
 * Configured routes: what the sources of a configuration mean as places that
 * answer, each with its dialect and its origin.
 */
import { DIALECTS } from '../../dialects/all.ts';
import type { DialectSettings } from '../../dialects/dialect.ts';
import { withoutEncoders } from '../../dialects/failing-encoders.ts';
import type { Mount } from '../../engine/engine.ts';
import type { FormatName } from '../../image/format.ts';
import { createElsewhere, createOrigin, type OriginOptions } from '../../origins/create.ts';
import { missingEncoders } from '../../vips/optional/missing-encoders.ts';
import type { Route } from '../routes.ts';
import { type Config, ConfigError } from './config.ts';
import type { SourceConfig } from './source-schema.ts';

/** What each mount was made for. */
const purposes = new WeakMap<Mount, string>();

/**
 * A route per source, in the order of the configuration. Nothing is opened yet.
 *
 * @param loopToken what this server says of itself to origins, so that it knows its own requests
 * @param signer names the certificates that C2PA manifests are signed with
 * @param failing formats whose encoders do not work at present
 * @param known mounts of an earlier configuration; one that is meant to be the same is taken over, with its connections
 * @throws ConfigError for an origin that cannot be meant
 */
export function configuredRoutes(
  config: Config,
  loopToken: string,
  signer?: string,
  failing: readonly FormatName[] = [],
  known: readonly Mount[] = [],
): Route[] {
  const found = { missing: missingEncoders(), ...(signer === undefined ? {} : { signer }) };
  return config.sources.map((source, index) => {
    const route = routeOf(source, index, config, loopToken, found, known);
    const { site } = route;
    return { ...route, site: { ...site, dialect: withoutEncoders(site.dialect, failing) } };
  });
}

function routeOf(
  source: SourceConfig,
  index: number,
  { limits, listen }: Config,
  loopToken: string,
  found: Pick<DialectSettings, 'missing' | 'signer'>,
  known: readonly Mount[],
): Route {
  const { name, dialect, origin, mount, hosts, signing, defaults, accounts, unsupported } = source;
  const { svg, notPictures, aliases, formats, parameters, presets } = source;
  const settings: DialectSettings = {
    name,
    origin: origin.kind,
    unsupported,
    ...(signing === undefined ? {} : { signing }),
    ...(defaults === undefined ? {} : { defaults }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(svg === undefined ? {} : { svg }),
    ...(notPictures === undefined ? {} : { notPictures }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(formats === undefined ? {} : { formats }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(presets === undefined ? {} : { presets }),
    ...found,
  };
  const selfAddresses = [...hosts, `${bracketed(listen.host)}:${listen.port}`];
  const itself = { selfAddresses, loopToken };
  return {
    site: {
      dialect: DIALECTS[dialect],
      settings,
      answers: source,
      mount: mountOf(source, index, limits, itself, known),
    },
    hosts,
    ...(mount === undefined ? {} : { prefix: mount }),
  };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The mount of a source: one that is known, where all that it hangs on is as it was. */
function mountOf(
  source: SourceConfig,
  index: number,
  limits: Config['limits'],
  itself: Pick<OriginOptions, 'selfAddresses' | 'loopToken'>,
  known: readonly Mount[],
): Mount {
  const { name, dialect, origin, weight, private: isPrivate } = source;
  const { sourceBytes, sourceTimeout } = limits;
  const bounds = { sourceBytes, sourceTimeout };
  const purpose = JSON.stringify({ name, dialect, origin, weight, isPrivate, bounds, itself });
  const found = known.find((mount) => purposes.get(mount) === purpose);
  if (found !== undefined) return found;
  const mount: Mount = {
    name,
    ...originsOf(source, index, limits, itself),
    ...(weight === undefined ? {} : { weight }),
    ...(isPrivate ? { isPrivate } : {}),
  };
  purposes.set(mount, purpose);
  return mount;
}

function originsOf(
  { origin, dialect }: SourceConfig,
  index: number,
  limits: Config['limits'],
  itself: Pick<OriginOptions, 'selfAddresses' | 'loopToken'>,
) {
  try {
    const bounds = { maxBytes: limits.sourceBytes, totalMs: limits.sourceTimeout };
    // Only imgix lays pictures on one another.
    const elsewhere = dialect === 'imgix' ? createElsewhere(origin, bounds, itself) : undefined;
    const own = createOrigin(origin, bounds, itself);
    return elsewhere === undefined ? { origin: own } : { origin: own, elsewhere };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError([`sources[${index}].origin: ${error.message}`]);
  }
}
