/** The fields of a copyright record, whichever block of metadata they were read from. */
import { tidyText } from '../containers/bytes.ts';

/** Who made a picture and who may be asked about it; text of at most 1000 characters each. */
export interface CopyrightFields {
  readonly copyright?: string;
  readonly creator?: string;
  readonly credit?: string;
  readonly statement?: string;
  readonly licensorUrl?: string;
}

/** Longest field that is carried on, in characters. */
const MOST_TEXT = 1000;

/** One field in tidy text; none where there is no text. */
export function field(name: keyof CopyrightFields, value: unknown): CopyrightFields {
  if (typeof value !== 'string') return {};
  // Half a pair, cut off or written as a number, is no character that could be written again
  const text = tidyText(value)
    .slice(0, MOST_TEXT)
    .replace(/\p{Cs}/gu, '')
    .trim();
  return text === '' ? {} : { [name]: text };
}
