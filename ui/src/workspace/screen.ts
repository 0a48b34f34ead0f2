/** What the window is like: its width class, the drawer, and the minute on the wall. */
import { readable, writable } from 'svelte/store';

function matches(query: string): ReturnType<typeof readable<boolean>> {
  const media = matchMedia(query);
  return readable(media.matches, (set) => {
    const tell = (): void => set(media.matches);
    media.addEventListener('change', tell);
    tell();
    return () => media.removeEventListener('change', tell);
  });
}

/** One pane at a time. */
export const isNarrow = matches('(max-width: 799px)');
/** Room for the customer panel beside the thread. */
export const isWide = matches('(min-width: 1200px)');
/** Whether the customer panel is open as a drawer. */
export const drawer = writable(false);
/** Which dialog of the whole desk is open. */
export const dialog = writable<'help' | 'commands' | 'menu' | null>(null);

/** Ticks twice a minute, for the ages that are shown. */
export const now = readable(Date.now(), (set) => {
  const timer = setInterval(() => set(Date.now()), 30_000);
  return () => clearInterval(timer);
});
