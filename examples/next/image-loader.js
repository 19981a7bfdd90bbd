'use client';
import { createLoader } from 'fovea/next';

export default createLoader({
  dialect: 'imgix',
  base: process.env.NEXT_PUBLIC_FOVEA ?? 'http://127.0.0.1:8080/imgix',
});
