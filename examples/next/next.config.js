export default {
  images: {
    loader: 'custom',
    loaderFile: './image-loader.js',
    deviceSizes: [320, 640, 1280],
    imageSizes: [160],
  },
  // The package stands beside the project here
  turbopack: { root: new URL('../..', import.meta.url).pathname },
};
