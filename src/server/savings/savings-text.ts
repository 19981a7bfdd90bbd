/** Savings text: bytes, shares and money for people. Pure. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1.23 MB`: three figures, units of a thousand, with a minus where it is negative. */
export function bytesText(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `37 %`; a dash where there is nothing to have a share of. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0) return '–';
  const percent = Math.round((100 * part) / whole);
  return `${percent < 0 ? '−' : ''}${Math.abs(percent)} %`;
}

/** `$1.20` or `€1.20 + $3.00`; of amounts below ten cents the first two figures. */
export function moneyText(sums: Readonly<Record<string, number>>): string {
  const texts = Object.entries(sums).map(([currency, amount]) =>
    new Intl.NumberFormat('en', {
      style: 'currency',
      currency,
      ...(Math.abs(amount) < 0.1 && amount !== 0 ? { maximumSignificantDigits: 2 } : {}),
    }).format(amount),
  );
  return texts.join(' + ') || '–';
}

export function countText(count: number): string {
  return new Intl.NumberFormat('en').format(count);
}
