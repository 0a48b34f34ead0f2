/** Builds the chat frame: widget.html → dist/widget.html, hashed files in dist/widget. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  base: '/',
  build: {
    outDir: 'dist',
    assetsDir: 'widget',
    // The workspace's build stands in the same folder.
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    // The frame's policy allows no inline script, so the polyfill that Vite inlines may not be there.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: 'widget.html' },
  },
});
