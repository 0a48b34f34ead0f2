/** One WebSocket that stays up: greets, waits for the welcome, and comes back after every loss. */
import { backoff } from './backoff';
import type { ChatSocket, Surroundings } from './surroundings';
import { parseFrame, type FromServer, type FromVisitor } from './wire';

/** No welcome within this many milliseconds counts as a failure: some proxies swallow the upgrade without a word. */
const WELCOME_WITHIN = 10_000;
/** A line that held this long starts again with short waits. */
const STEADY_AFTER = 10_000;

export interface LinkEvents {
  greeting(): FromVisitor;
  onFrame(frame: FromServer): void;
  onLoss(): void;
}

export class Link {
  readonly #url: string;
  readonly #world: Surroundings;
  readonly #events: LinkEvents;
  #socket: ChatSocket | null = null;
  #isUp = false;
  #failures = 0;
  #losses = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(url: string, world: Surroundings, events: LinkEvents) {
    this.#url = url;
    this.#world = world;
    this.#events = events;
  }

  /** Whether the desk has welcomed us on the present socket. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** How many times in a row no welcome came. */
  get failures(): number {
    return this.#failures;
  }

  /** Connect now, unless a socket is open or opening. */
  start(): void {
    if (this.#socket) return;
    this.#cancelTimer();
    try {
      this.#listen(this.#world.openSocket(this.#url));
    } catch {
      // The constructor itself throws where a policy forbids the connection.
      this.#lose();
    }
  }

  /** Close and stay closed until `start`. */
  stop(): void {
    this.#cancelTimer();
    this.#forget();
  }

  /** Give the present socket up as dead and come back after the usual wait. */
  drop(): void {
    if (this.#socket) this.#lose();
  }

  /** Greet again at once, on a fresh socket. */
  restart(): void {
    this.stop();
    this.start();
  }

  /** Send, or return false when the line is down. */
  send(frame: FromVisitor): boolean {
    if (!this.#isUp || !this.#socket) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #listen(socket: ChatSocket): void {
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.#events.greeting()));
    socket.onclose = () => this.#lose();
    socket.onmessage = (event) => {
      const frame = parseFrame(event.data);
      if (frame?.type === 'welcome') this.#rise();
      if (frame) this.#events.onFrame(frame);
    };
    this.#cancelTimer = this.#world.clock.after(WELCOME_WITHIN, () => this.#lose());
  }

  #rise(): void {
    this.#isUp = true;
    this.#failures = 0;
    this.#cancelTimer();
    this.#cancelTimer = this.#world.clock.after(STEADY_AFTER, () => (this.#losses = 0));
  }

  #lose(): void {
    this.#cancelTimer();
    if (!this.#isUp) this.#failures += 1;
    this.#losses += 1;
    this.#forget();
    const wait = backoff(this.#losses, this.#world.random);
    this.#cancelTimer = this.#world.clock.after(wait, () => this.start());
    this.#events.onLoss();
  }

  #forget(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isUp = false;
    if (!socket) return;
    // A dead socket can take minutes to say so: what it says then is no news.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
