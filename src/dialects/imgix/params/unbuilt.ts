/**
 * Params, not built: names of imgix that are read and have no effect here
 * (docs/spec/imgix.md 6 and 7.7).
 *
 * They count as parameters, so a URL that carries one is rendered, and a
 * remark says that the step is missing.
 */
import type { Param, ParamTable } from '../../params.ts';
import { flag, text } from './readers.ts';

const ignored = (doc: string): Param<string> =>
  text({ doc, values: 'as documented by the vendor', support: 'ignored' });

const MODEL = 'Needs a model that this server does not carry; the step counts as failed.';

const premium = (doc: string, ...aliases: string[]): Param<string> =>
  text({ doc, aliases, support: 'ignored', note: MODEL });

const switchOf = (doc: string, ...aliases: string[]): Param<boolean> =>
  flag({ doc, aliases, support: 'ignored', note: MODEL });

const fallbackOf = (step: string, ...aliases: string[]): Param<boolean> =>
  flag({
    doc: `Serves the picture without ${step}, which always fails here; false makes it an error.`,
    aliases,
    fallback: 'true',
  });

export const PREMIUM_PARAMS = {
  'bg-remove': switchOf('Takes the background away.', 'background-remove'),
  'bg-remove-fallback': fallbackOf('bg-remove'),
  'bg-remove-fg-type': premium('What stands in the foreground.'),
  'bg-remove-semi-transparency': premium(
    'Keeps half-clear areas.',
    'background-removal-semi-transparency',
  ),
  'bg-remove-transparency-threshold': premium(
    'Pictures this clear already are left alone.',
    'bg-remove-transparency-threshold',
  ),
  'bg-replace': premium('Puts a described background behind.', 'background-replace'),
  'bg-replace-fallback': fallbackOf('bg-replace'),
  'bg-replace-neg-prompt': premium(
    'What the new background shall not show.',
    'background-replace-negative-prompt',
  ),
  'fill-gen-prompt': premium('What generated space shall show.', 'fill-generative-prompt'),
  'fill-gen-neg-prompt': premium(
    'What generated space shall not show.',
    'fill-generative-negative-prompt',
  ),
  'fill-gen-pos': premium(
    'Where the picture stands in generated space.',
    'fill-generative-position',
  ),
  'fill-gen-seed': premium('Starting number of generated space.', 'fill-generative-seed'),
  'fill-gen-fallback': fallbackOf('fill=gen', 'fill-generative-fallback'),
  'object-removal-rect': premium('Region of an object that is taken out.'),
  'object-removal-prompt': premium('What shall take its place.'),
  'object-removal-negative-prompt': premium('What shall not take its place.'),
  'object-removal-seed': premium('Starting number of the replacement.'),
  upscale: switchOf('Enlarges with invented detail.'),
  'upscale-fallback': fallbackOf('upscale'),
  'lp-blur': premium('Blurs license plates.', 'license-plate-blur'),
} satisfies ParamTable;

export const IGNORED_PARAMS = {
  'video-bitrate': ignored('Bits per second of a video.'),
  'video-clip-start': ignored('Where a video begins.'),
  'video-clip-end': ignored('Where a video ends.'),
  'video-codec': ignored('Codec of a video.'),
  'video-thumbnail': ignored('One frame of a video.'),
  'gif-q': ignored('Quality of GIF; withdrawn by the vendor.'),
} satisfies ParamTable;
