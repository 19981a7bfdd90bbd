import { baseService } from 'astro/assets';
import { createImageService } from 'fovea/astro';

export default createImageService(baseService);
