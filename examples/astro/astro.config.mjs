import { defineConfig } from 'astro/config';

export default defineConfig({
  image: { service: { entrypoint: './image-service.js' } },
  // Only here, where the package is a link: what is installed is never bundled
  vite: { ssr: { external: ['fovea'] } },
});
