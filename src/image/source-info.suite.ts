/** Source facts for tests. */
import type { SourceInfo } from './source-info.ts';

/** The facts of an upright opaque still, untagged and of 8 bits, with what a test is about. */
export function sourceInfo(fields: Partial<SourceInfo> = {}): SourceInfo {
  const format = fields.format ?? 'jpeg';
  return {
    format,
    width: 2000,
    height: 1200,
    bytes: 100_000,
    orientation: 1,
    pages: 1,
    delays: [],
    loop: 1,
    alpha: false,
    profile: 'none',
    space: 'rgb',
    depth: 8,
    lossless: format === 'png' || format === 'gif',
    ...fields,
  };
}
