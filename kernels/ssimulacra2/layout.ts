/**
 * Where everything lies: sizes, fixed tables and scratch rows, and the facts of
 * levels and cells. The pictures themselves lie in the arena behind the heap base.
 */

/** Columns per strip; a multiple of the tile's 64. */
export const STRIP: i32 = 512;
export const LEVELS: i32 = 6;
export const PLANES: i32 = 3;

export const MAP_SSIM: i32 = 1;
export const MAP_ARTIFACT: i32 = 2;
export const MAP_LOST: i32 = 4;

// the taps of the blur, from the middle outwards
export const T0: f32 = 0.2646211054881986;
export const T1: f32 = 0.21292859201042227;
export const T2: f32 = 0.10933537277746035;
export const T3: f32 = 0.03601111465836439;
export const T4: f32 = 0.00941436780965374;

export const C2: f32 = 0.0009;

/** Bytes of one ring row: 64 per four columns, and one line more against aliasing. */
export const RING_ROW: i32 = STRIP * 16 + 64;
export const RING: i32 = RING_ROW * 9;
/** Floats of one scratch row: four to the left, the strip, and what vectors run over. */
export const ROW: i32 = STRIP + 24;
export const ROW_BYTES: i32 = ROW * 4;
/** One tile: six vectors of running sums. */
export const ACC: i32 = 96;
export const ACC_PLANE: i32 = (STRIP >> 2) * ACC;
/** Bytes of one row of the reference in a full strip. */
export const REFERENCE_STRIP: usize = STRIP * 12 + 32;

export const tableR = memory.data(256 * 16, 64);
export const tableG = memory.data(256 * 16, 64);
export const tableB = memory.data(256 * 16, 64);
/** Linear light at 4096 steps of the encoded value, for blended pixels. */
export const FINE: i32 = 4096;
export const tableFine = memory.data((4096 + 2) * 4, 64);
/** The taps as vectors, loaded where a loop begins: constants in the code are built anew at each use. */
export const taps = memory.data(80, 64);
/** The same for the cube root: its seed, then 1, 2/9, 1/3, 5/9, 2/3. */
export const roots = memory.data(96, 64);
/** Lane masks for 1, 2 and 3 valid lanes. */
export const masks = memory.data(64, 64);

export const responses = memory.data(ROW_BYTES * 6, 64);
export const values = memory.data(ROW_BYTES * 3, 64);
export const products = memory.data(ROW_BYTES * 3, 64);
export const rings = memory.data(RING * 3, 64);
export const zeros = memory.data(RING_ROW, 64);
export const blurs = memory.data(STRIP * 12 + 64, 64);
export const accumulators = memory.data(ACC_PLANE * 3, 64);

/** Per level: width, height, stride of responses in floats, address of responses. */
export const levels = memory.data(LEVELS * 32, 64);
/** Per plane and level: maps, address of the reference, address of the sums. */
export const cells = memory.data(PLANES * LEVELS * 16, 64);

// @ts-ignore: decorator
@inline export function cellAt(plane: i32, level: i32): usize {
  return cells + ((plane * LEVELS + level) << 4);
}

// @ts-ignore: decorator
@inline export function mapsOf(plane: i32, level: i32): i32 {
  return load<i32>(cellAt(plane, level), 0);
}

// @ts-ignore: decorator
@inline export function levelAt(level: i32): usize {
  return levels + (level << 5);
}

// @ts-ignore: decorator
@inline export function tileSide(level: i32): i32 {
  return max(64 >> level, 4);
}

// @ts-ignore: decorator
@inline export function strideOf(width: i32): i32 {
  return ((width + 7) & ~7) + 8;
}

/**
 * Row `y` of a cell's reference in one strip, `columns` rounded up to fours: the values with
 * four columns to either side, then blur and variance in turn, four columns each. The rows of
 * a strip follow one another, so that memory is read straight on.
 */
// @ts-ignore: decorator
@inline export function referenceRow(plane: i32, level: i32, height: i32, x0: i32, columns: i32, y: i32): usize {
  return load<usize>(cellAt(plane, level), 4)
    + <usize>((x0 / STRIP) * height) * REFERENCE_STRIP + <usize>y * (columns * 12 + 32);
}
