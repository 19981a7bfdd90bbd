/** The code points of a file: which primaries and which transfer function (ITU-T H.273). */
export interface CodePoints {
  readonly primaries: number;
  readonly transfer: number;
}
