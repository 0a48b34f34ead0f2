/** Holds the desk together while an agent is signed in: the feed, what it touches, and our own presence. */
import { writable } from 'svelte/store';
import type { FeedEvent, Id } from '../shared/api';
import { get, Problem } from '../shared/http';
import { cases } from './cases';
import { loadDirectory } from './directory';
import { findDrafts } from './drafts';
import { Live } from './live';
import { customerTypes, OwnPresence, presence } from './presence';

const GATHER_MS = 100;

export const isOnline = writable(true);

type FeedListener = (event: FeedEvent | null) => void;
const listeners = new Set<FeedListener>();

/** Hear every new event of the feed; `null` says that some were missed and what is shown must be asked for again. */
export function onFeed(listener: FeedListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let live: Live | null = null;
let presenceOfOurs: OwnPresence | null = null;
// A case may be on the screen before the desk around it is open.
let lookedAt: Id | null = null;
let gathered = new Set<Id>();
let timer: ReturnType<typeof setTimeout> | undefined;

function flush(): void {
  const ids = [...gathered];
  gathered = new Set();
  timer = undefined;
  cases.touch(ids).catch(() => undefined);
  cases.recount();
}

function take(event: FeedEvent): void {
  if (event.payload.case_id) {
    gathered.add(event.payload.case_id);
    timer ??= setTimeout(flush, GATHER_MS);
  }
  for (const listener of listeners) listener(event);
}

function startOver(): void {
  void cases.reload();
  cases.recount();
  for (const listener of listeners) listener(null);
}

async function isSignedIn(): Promise<boolean> {
  try {
    await get('/me');
    return true;
  } catch (reason) {
    return !(reason instanceof Problem && reason.status === 401);
  }
}

/** Begin: names, drafts, counts and the feed. */
export function openDesk(): void {
  void loadDirectory();
  findDrafts();
  cases.recount();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  live = new Live(`${scheme}://${location.host}/ws/agent`, {
    event: take,
    presence: (list) => presence.set(list),
    typing: customerTypes,
    reset: startOver,
    online: (is) => {
      isOnline.set(is);
      if (is) presenceOfOurs?.tell();
    },
    mayReconnect: isSignedIn,
  });
  presenceOfOurs = new OwnPresence((frame) => live?.send(frame));
  presenceOfOurs.look(lookedAt);
  live.start();
}

export function closeDesk(): void {
  live?.stop();
  presenceOfOurs?.stop();
  clearTimeout(timer);
  timer = undefined;
  live = null;
  presenceOfOurs = null;
  presence.set([]);
}

/** Tell colleagues which case we look at, if any. */
export function lookAt(caseId: Id | null): void {
  lookedAt = caseId;
  presenceOfOurs?.look(caseId);
}

/** Tell colleagues that we write; it fades by itself. */
export const compose = (): void => presenceOfOurs?.compose();
