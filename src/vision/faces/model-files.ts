/**
 * ModelFiles: the files of the face detector, as the build lays them beside this one.
 *
 * Named here as Node finds assets, so that they are part of the encoder version.
 */
export interface ModelFiles {
  /** The two nets and their runtime, bundled. */
  readonly code: URL;
  /** The kernels of the runtime, named as the runtime expects it. */
  readonly kernels: URL;
  /** Weights of the net that finds faces. */
  readonly detector: URL;
  /** Weights of the net that finds eyes and mouth. */
  readonly landmarks: URL;
}

export const MODEL_FILES: ModelFiles = {
  code: new URL('./model/face-api.cjs', import.meta.url),
  kernels: new URL('./model/tfjs-backend-wasm-simd.wasm', import.meta.url),
  detector: new URL('./model/ssd_mobilenetv1_model.bin', import.meta.url),
  landmarks: new URL('./model/face_landmark_68_model.bin', import.meta.url),
};
