import fovea from 'fovea/vite';

export default { plugins: [fovea({ widths: [320, 640, 1280], target: 'medium' })] };
