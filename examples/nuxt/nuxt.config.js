export default {
  modules: ['@nuxt/image'],
  telemetry: false,
  compatibilityDate: '2026-01-01',
  image: {
    provider: 'fovea',
    screens: { sm: 320, md: 640, lg: 1280 },
    providers: {
      fovea: {
        name: 'fovea',
        provider: 'fovea/nuxt',
        options: { baseURL: process.env.FOVEA ?? 'http://127.0.0.1:8080/imgix' },
      },
    },
  },
};
