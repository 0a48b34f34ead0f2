/** Weighs what a browser must fetch, gzipped, and fails when a budget is broken. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const KB = 1000;
const budgets = { firstJs: 150, firstCss: 15, lazy: 60, loader: 3, widget: 40 };

const weight = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
const closure = (manifest, key, seen = new Set()) => {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(manifest, next, seen);
  return seen;
};
const styles = (manifest, keys) => new Set([...keys].flatMap((key) => manifest[key].css ?? []));
const scripts = (manifest, keys) => new Set([...keys].map((key) => manifest[key].file).filter((file) => file.endsWith('.js')));
const sum = (files) => [...files].reduce((total, file) => total + weight(file), 0);

const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = closure(manifest, entry);
const lines = [
  ['first load, JS', sum(scripts(manifest, first)), budgets.firstJs],
  ['first load, CSS', sum(styles(manifest, first)), budgets.firstCss],
];
for (const key of Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry)) {
  const own = new Set([...closure(manifest, key)].filter((name) => !first.has(name)));
  lines.push([`lazy ${key.split('/').pop()}`, sum(scripts(manifest, own)) + sum(styles(manifest, own)), budgets.lazy]);
}
lines.push(['loader w.js', existsSync(join(dist, 'w.js')) ? weight('w.js') : Infinity, budgets.loader]);
const frame = existsSync(join(dist, 'widget')) ? readdirSync(join(dist, 'widget'), { recursive: true, withFileTypes: true }) : [];
const frameFiles = frame
  .filter((file) => file.isFile() && /\.(js|css)$/.test(file.name))
  .map((file) => join(file.parentPath, file.name).slice(dist.length));
lines.push(['widget', frameFiles.length ? sum(frameFiles) : Infinity, budgets.widget]);

let broken = 0;
for (const [name, bytes, limit] of lines) {
  const over = bytes > limit * KB;
  if (over) broken += 1;
  console.log(`${over ? 'OVER' : 'ok  '}  ${name.padEnd(28)} ${(bytes / KB).toFixed(1).padStart(7)} kB gz  of ${limit}`);
}
if (broken) {
  console.error(`${broken} budget(s) broken.`);
  process.exit(1);
}
