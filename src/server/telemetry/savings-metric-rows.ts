/**
 * Metrics of what was sent and saved by source: rows of the table in metric-table.ts.
 */

const SOURCE = 'name of the source in the configuration; other beyond the first 100';

export const SAVINGS_METRICS = {
  fovea_savings_answers_total: {
    type: 'counter',
    help: 'Pictures and videos that were answered with, by source, and answers that nothing has changed.',
    labels: { source: SOURCE, cache: 'hit, miss or not_modified (304, without a body)' },
  },
  fovea_savings_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes of the bodies of these answers.',
    labels: { source: SOURCE, cache: 'hit or miss' },
  },
  fovea_savings_original_bytes_total: {
    type: 'counter',
    help: 'Bytes of the originals in place of these bodies.',
    labels: { source: SOURCE },
  },
  fovea_savings_compared_bytes_total: {
    type: 'counter',
    help: 'Of the bytes that were sent, those of pictures that are compared with JPEG of quality 80.',
    labels: { source: SOURCE },
  },
  fovea_savings_fixed_quality_bytes_total: {
    type: 'counter',
    help: 'Bytes of the compared pictures as JPEG of quality 80, at the same size.',
    labels: { source: SOURCE, by: 'measured or estimated' },
  },
} as const;
