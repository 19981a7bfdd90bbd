/**
 * Colors as numbers, red in the lowest byte: how far they are apart, and which is nearest.
 */

/** How far two colors are apart: squared, in levels of a grey. Green counts most, as the eye has it. */
export function colorError(a: number, b: number): number {
  const red = (a & 255) - (b & 255);
  const green = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = ((a >> 16) & 255) - ((b >> 16) & 255);
  return (2 * red * red + 4 * green * green + blue * blue) / 7;
}

/** Which of the colors is nearest to one. */
export function nearest(table: Uint32Array, color: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < table.length; i++) {
    const error = colorError(table[i]!, color);
    if (error < least) {
      least = error;
      best = i;
    }
  }
  return best;
}

/** Channels as a color, rounded. */
export function packedColor(red: number, green: number, blue: number): number {
  return Math.round(red) | (Math.round(green) << 8) | (Math.round(blue) << 16);
}
