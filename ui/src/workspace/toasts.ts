/** Short notices with an Undo; `Z` undoes the latest that can be. */
import { get as read, writable } from 'svelte/store';
import { Problem } from '../shared/http';
import { t } from '../shared/text';

export interface Toast {
  key: number;
  text: string;
  tone: 'plain' | 'bad';
  undo: (() => Promise<void>) | null;
  until: number;
}

const PLAIN_MS = 6_000;
const UNDO_MS = 10_000;
export const toasts = writable<Toast[]>([]);
let last = 0;

export function dismiss(key: number): void {
  toasts.update((all) => all.filter((toast) => toast.key !== key));
}

/** Show a notice; it leaves by itself at `until` (milliseconds of the clock). */
export function toast(text: string, how: { undo?: () => Promise<void>; tone?: 'bad'; until?: number } = {}): number {
  const key = ++last;
  const until = how.until ?? Date.now() + (how.undo ? UNDO_MS : PLAIN_MS);
  toasts.update((all) => [...all.slice(-2), { key, text, tone: how.tone ?? 'plain', undo: how.undo ?? null, until }]);
  setTimeout(() => dismiss(key), Math.max(0, until - Date.now()));
  return key;
}

/** Say what failed, in the server's own words. */
export function complain(reason: unknown): void {
  toast(t.did.failed(reason instanceof Problem || reason instanceof Error ? reason.message : String(reason)), {
    tone: 'bad',
  });
}

/** Undo one notice's action and say so. */
export async function undo(which: Toast): Promise<void> {
  dismiss(which.key);
  try {
    await which.undo?.();
  } catch (reason) {
    complain(reason);
  }
}

let underWay: Promise<void> = Promise.resolve();

/** Let `undoLatest` wait for an action whose answer, and with it the way back, has not come yet. It must not reject. */
export function follow(action: Promise<void>): Promise<void> {
  underWay = action;
  return action;
}

export async function undoLatest(): Promise<void> {
  await underWay;
  const latest = read(toasts).findLast((each) => each.undo);
  if (latest) await undo(latest);
  else toast(t.did.nothingToUndo);
}
