/**
 * A loader for `next/image`: pictures of a page come from a source of a Fovea, in the widths that the page asks for.
 *
 * Free of Node: loaders run in pages. A key given here is seen by everybody who opens the page; a source that asks for
 * signatures is for pictures whose URLs are made on the server.
 */
import {
  type ClientOptions,
  createClient,
  type DialectName,
  type Parameters,
} from '../client/client.ts';
import { parametersOf } from './asked-for.ts';

/** What `next/image` hands to a loader. */
export interface LoaderAsked {
  readonly src: string;
  readonly width: number;
  readonly quality?: number | undefined;
}

export interface LoaderOptions<Name extends DialectName> extends ClientOptions<Name> {
  /** Parameters of every picture, beside those that the loader sets. */
  readonly parameters?: Parameters<Name>;
}

/** A loader for the option `images.loaderFile` of Next. */
export function createLoader<const Name extends DialectName>({
  parameters,
  ...options
}: LoaderOptions<Name>): (asked: LoaderAsked) => string {
  const client = createClient<Name>(options);
  return ({ src, width, quality }) =>
    client.url(src, {
      ...parametersOf(options.dialect, { width, quality }),
      ...parameters,
    } as Parameters<Name>);
}
