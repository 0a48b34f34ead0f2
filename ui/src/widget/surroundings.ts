/** What the session needs from the world, handed over so that tests can be that world. */

/** The part of a WebSocket that the session uses. */
export interface ChatSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(data: string): void;
  close(): void;
}

/** The part of `localStorage` that the session uses. */
export type KeyStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Run `task` once after `milliseconds`; the answer cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

export interface Surroundings {
  openSocket: (url: string) => ChatSocket;
  storage: KeyStore;
  clock: Clock;
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** A number in [0, 1), for jitter. */
  random: () => number;
  /** A fresh id for a message of the visitor. */
  newId: () => string;
}

/** Keeps keys for as long as the page lives; stands in where the browser denies storage to a third-party frame. */
export class PageMemory implements KeyStore {
  readonly #values = new Map<string, string>();

  get length(): number {
    return this.#values.size;
  }

  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }
}

/** Return the browser's own surroundings. */
export function browserSurroundings(): Surroundings {
  return {
    openSocket: (url) => new WebSocket(url) as ChatSocket,
    storage: storageOrMemory(),
    clock: {
      now: () => Date.now(),
      after: (milliseconds, task) => {
        const timer = setTimeout(task, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    fetch: (url, init) => fetch(url, init),
    random: () => Math.random(),
    newId,
  };
}

function storageOrMemory(): KeyStore {
  try {
    // Merely touching localStorage throws where third-party storage is blocked.
    const probe = 'kindred.probe';
    localStorage.setItem(probe, '1');
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return new PageMemory();
  }
}

function newId(): string {
  // randomUUID is missing on plain http outside localhost; getRandomValues is not.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Where the desk is, and in which language the page speaks. */
export interface Place {
  inboxKey: string;
  socketUrl: string;
  httpUrl: string;
  locale: string;
}
