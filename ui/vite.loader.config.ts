/** Builds the loader: src/loader/main.ts → dist/w.js, one file under one lasting name. */
import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    lib: { entry: 'src/loader/main.ts', formats: ['iife'], name: 'KindredChat', fileName: () => 'w.js' },
  },
});
