/** Where we are: the path as a store, and links that move without loading the page anew. */
import { readable, type Readable } from 'svelte/store';

export interface Place {
  path: string;
  parts: string[];
  query: URLSearchParams;
}

const read = (): Place => ({
  path: location.pathname,
  parts: location.pathname.split('/').filter(Boolean).map(decodeURIComponent),
  query: new URLSearchParams(location.search),
});

let announce: () => void = () => {};

export const place: Readable<Place> = readable(read(), (set) => {
  announce = () => set(read());
  addEventListener('popstate', announce);
  announce();
  return () => removeEventListener('popstate', announce);
});

/** Go to a path of ours; `replace` leaves no trace in the history. */
export function go(path: string, how: { replace?: boolean } = {}): void {
  if (path === location.pathname + location.search) return;
  history[how.replace ? 'replaceState' : 'pushState'](null, '', path);
  announce();
}

/** Follow plain clicks on our own links here; leave new tabs, downloads and foreign addresses to the browser. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link?.href || link.target || link.hasAttribute('download')) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  go(url.pathname + url.search);
}
