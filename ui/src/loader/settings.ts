/** Reads from the script's own element which inbox it opens, on which desk, in which language. */
import type { Settings } from './launcher';

/** Return the settings, or null when no element says which inbox. */
export function settingsFrom(script: Element | null, document: Document, browserLocale: string): Settings | null {
  const element = script?.hasAttribute('data-inbox') ? script : document.querySelector('script[data-inbox][src]');
  const inboxKey = element?.getAttribute('data-inbox');
  const source = element?.getAttribute('src');
  if (!element || !inboxKey || !source) return null;
  return {
    inboxKey,
    origin: new URL(source, document.baseURI).origin,
    locale: element.getAttribute('data-locale') || document.documentElement.lang || browserLocale || 'en',
  };
}
