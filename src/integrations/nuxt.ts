/**
 * A provider of Nuxt Image: `provider: 'fovea/nuxt'` in `image.providers`.
 *
 * Free of Node: providers run in pages.
 */
import { createClient, type DialectName } from '../client/client.ts';
import { parametersOf } from './asked-for.ts';

/** What Nuxt Image hands to a provider: its modifiers, and the options of its configuration. */
export interface ProviderAsked {
  readonly modifiers?: Readonly<Record<string, unknown>>;
  /** Scheme, host and mount of the source. */
  readonly baseURL?: string;
  /** `imgix` where nothing is said. */
  readonly dialect?: DialectName;
  /** ImageOptim: the user name before the options. */
  readonly account?: string;
}

/** The words of CSS and of sharp that cut what is over. */
const CUTTING: ReadonlySet<unknown> = new Set(['cover', 'outside', 'fill']);

function getImage(src: string, asked: ProviderAsked): { url: string } {
  const { modifiers = {}, baseURL = '/', dialect = 'imgix', account } = asked;
  const { width, height, fit, format, quality, ...others } = modifiers;
  const client = createClient({
    dialect,
    base: baseURL,
    ...(account === undefined ? {} : { account }),
  });
  const parameters = parametersOf(dialect, {
    width: numberOf(width),
    height: numberOf(height),
    fit: CUTTING.has(fit) ? 'cover' : 'inside',
    format: typeof format === 'string' ? format : undefined,
    quality: numberOf(quality),
  });
  return { url: client.url(src, { ...parameters, ...others }) };
}

function numberOf(value: unknown): number | undefined {
  const number = Number(value);
  return value !== undefined && value !== '' && number > 0 ? Math.round(number) : undefined;
}

/** The provider, as Nuxt Image asks for it. */
export default function provider(): { getImage: typeof getImage } {
  return { getImage };
}
