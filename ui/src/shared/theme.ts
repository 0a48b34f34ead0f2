/** Light, dark, or as the system says; the choice is kept in this browser. */
import { writable } from 'svelte/store';
import { keep, kept } from './kept';

export type Theme = 'system' | 'light' | 'dark';

const start = kept('theme');
export const theme = writable<Theme>(start === 'light' || start === 'dark' ? start : 'system');

/** Show the theme and remember it. */
export function chooseTheme(choice: Theme): void {
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  keep('theme', choice === 'system' ? null : choice);
  theme.set(choice);
}
