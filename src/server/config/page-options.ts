/**
 * Options of pages that a server may show about itself: rows of the table in `options.ts`.
 */
import { integer, money, toggle } from '../../base/options.ts';

export const PAGE_OPTIONS = {
  docs: toggle({
    env: 'FOVEA_DOCS',
    flag: 'docs',
    fallback: 'false',
    doc: 'Answer the documentation of this version at /_fovea/docs/, and name the page of an error in each error. It tells nothing of the configuration.',
  }),
  'savings.page': toggle({
    env: 'FOVEA_SAVINGS_PAGE',
    flag: 'savings-page',
    fallback: 'false',
    doc: 'Show what was sent and saved, by source and day, at /_fovea/savings and /_fovea/savings.json, to whoever reaches the server: for a closed network. The admin listener has both as /savings and /savings.json, whatever stands here.',
  }),
  'savings.quality': integer({
    env: 'FOVEA_SAVINGS_QUALITY',
    flag: 'savings-quality',
    fallback: '80',
    min: 30,
    max: 100,
    doc: 'JPEG quality that the bytes which were sent are compared with, beside the originals. 80 is measured where the background has refined a picture; other qualities, and pictures before that, are estimated (docs/savings.md).',
  }),
  'savings.pricePerGB': money({
    env: 'FOVEA_SAVINGS_PRICE_PER_GB',
    flag: 'savings-price-per-gb',
    doc: 'What a gigabyte (10^9 bytes) that is sent costs, such as 0.08 USD; a source may have its own. Without a price no money is shown.',
  }),
} as const;
