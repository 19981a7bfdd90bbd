/** What of the face detector is bundled: the layout of its weights, and the operations on tensors that its nets need. */
import landmarkLayout from '@vladmandic/face-api/model/face_landmark_68_model-weights_manifest.json';
import detectorLayout from '@vladmandic/face-api/model/ssd_mobilenetv1_model-weights_manifest.json';

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
export {
  add,
  avgPool,
  concat,
  enableProdMode,
  fused,
  matMul,
  memory,
  mul,
  relu,
  reshape,
  setBackend,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
export const layouts = {
  detector: detectorLayout[0].weights,
  landmarks: landmarkLayout[0].weights,
};
