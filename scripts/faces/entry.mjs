/** What of the face detector is bundled: the two nets, their weights' layout, and the runtime they need. */
import landmarkLayout from '@vladmandic/face-api/model/face_landmark_68_model-weights_manifest.json';
import detectorLayout from '@vladmandic/face-api/model/ssd_mobilenetv1_model-weights_manifest.json';

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
export { enableProdMode, io, memory, ready, setBackend, tensor3d } from '@tensorflow/tfjs-core';
export {
  FaceLandmark68Net,
  SsdMobilenetv1,
  SsdMobilenetv1Options,
} from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
export const layouts = {
  detector: detectorLayout[0].weights,
  landmarks: landmarkLayout[0].weights,
};
