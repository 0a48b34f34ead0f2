/** Keyboard shortcuts: a registry with scopes, sequences and a help that lists only what works here. */
import { writable } from 'svelte/store';

export type KeyGroup = 'anywhere' | 'go' | 'list' | 'case' | 'composer' | 'review';

export interface Shortcut {
  /** One stroke (`j`, `?`, `mod+k`, `F6`) or two with a space between (`g i`). */
  keys: string;
  /** Other strokes that do the same. */
  also?: string[];
  label: string;
  group: KeyGroup;
  run: (event: KeyboardEvent) => void;
  /** Also act while a text field has the focus. */
  inFields?: boolean;
  /** Shown in the help, but acted upon by its own component. */
  isShownOnly?: boolean;
}

const SEQUENCE_MS = 1_000;
const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** What works on this page, newest registration last; a later one wins over an earlier one. */
export const shortcuts = writable<Shortcut[]>([]);
let active: Shortcut[] = [];
shortcuts.subscribe((all) => (active = all));

/** Make shortcuts work until the returned function is called. */
export function useKeys(added: Shortcut[]): () => void {
  shortcuts.update((all) => [...all, ...added]);
  return () => shortcuts.update((all) => all.filter((each) => !added.includes(each)));
}

const LETTER = /^Key([A-Z])$/;

/** Name a key press: the letter by the layout, or by its place on the board where the layout is not Latin. */
export function stroke(event: KeyboardEvent): string | null {
  if (event.isComposing || event.key === 'Process' || event.key === 'Dead') return null;
  if (event.getModifierState?.('AltGraph') || event.altKey) return null;
  if (['Shift', 'Control', 'Meta', 'Alt', 'CapsLock'].includes(event.key)) return null;
  let key = event.key;
  const place = LETTER.exec(event.code);
  if (key.length === 1 && key.charCodeAt(0) > 0x24f && place?.[1]) key = place[1];
  const isLetter = /^[a-z]$/i.test(key);
  if (isLetter) key = key.toLowerCase();
  const wantsShift = event.shiftKey && (isLetter || key.length > 1);
  const hasMod = isMac ? event.metaKey : event.ctrlKey;
  if ((isMac ? event.ctrlKey : event.metaKey) && !hasMod) return null;
  return `${hasMod ? 'mod+' : ''}${wantsShift ? 'shift+' : ''}${key}`;
}

/** Whether typing here makes text. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'file', 'submit'].includes(target.type);
}

const answersTo = (shortcut: Shortcut, keys: string): boolean =>
  shortcut.keys === keys || (shortcut.also?.includes(keys) ?? false);

/** Enter, Space and the arrows belong to a control that has the focus. */
function isTheControls(event: KeyboardEvent): boolean {
  if (!(event.target instanceof Element)) return false;
  if (!['Enter', ' ', 'ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return false;
  return event.target.closest('button, a, summary, [role=radio], input, [role=option], [tabindex="0"]') !== null;
}

let pending: { keys: string; at: number } | null = null;

/** Run the shortcut that a key press means, if any. A second key within a second completes a sequence. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const pressed = stroke(event);
  if (!pressed) return;
  const inField = isTextField(event.target);
  const inDialog = document.querySelector('dialog[open]') !== null;
  const usable = active.filter((each) => !each.isShownOnly && (!inField || each.inFields) && (!inDialog || each.inFields));
  const sequence = pending && event.timeStamp - pending.at < SEQUENCE_MS ? `${pending.keys} ${pressed}` : null;
  pending = null;
  const isFree = !isTheControls(event);
  const hit =
    (sequence && usable.findLast((each) => answersTo(each, sequence))) ||
    (isFree && usable.findLast((each) => answersTo(each, pressed)));
  if (hit) {
    event.preventDefault();
    hit.run(event);
  } else if (usable.some((each) => each.keys.startsWith(`${pressed} `))) {
    pending = { keys: pressed, at: event.timeStamp };
  }
}

const SHOWN: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  shift: isMac ? '⇧' : 'Shift',
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
};

/** The caps to draw for a stroke: `mod+k` → Ctrl, K. */
export const caps = (keys: string): string[] =>
  keys.split('+').map((part) => SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part));
