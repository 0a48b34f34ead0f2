/** One WebSocket to the server: resumes by the last event id, drops what repeats, comes back by itself. */
import type { FeedEvent, Id, Presence, ServerFrame } from '../shared/api';

export interface LiveHandlers {
  event(event: FeedEvent): void;
  presence(list: Presence[]): void;
  typing(caseId: Id): void;
  reset(): void;
  online(isOnline: boolean): void;
  /** Called before each reconnection; `false` ends the trying (we are signed out). */
  mayReconnect(): Promise<boolean>;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const PATIENCE = 1_500;
const REMEMBERED = 2_000;

/** The feed, from `start` to `stop`. */
export class Live {
  private socket: WebSocket | null = null;
  private cursor: Id | null = null;
  private seen = new Set<Id>();
  private delay = FIRST_DELAY;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private worry: ReturnType<typeof setTimeout> | undefined;
  private isStopped = true;
  private readonly wake = (): void => this.hurry();
  private readonly doubt = (): void => this.drop();

  constructor(
    private readonly url: string,
    private readonly handlers: LiveHandlers,
    private readonly make: (url: string) => WebSocket = (address) => new WebSocket(address),
  ) {}

  start(): void {
    this.isStopped = false;
    addEventListener('online', this.wake);
    addEventListener('offline', this.doubt);
    document.addEventListener('visibilitychange', this.wake);
    this.connect();
  }

  stop(): void {
    this.isStopped = true;
    removeEventListener('online', this.wake);
    removeEventListener('offline', this.doubt);
    document.removeEventListener('visibilitychange', this.wake);
    clearTimeout(this.retry);
    clearTimeout(this.worry);
    this.socket?.close();
    this.socket = null;
  }

  /** Send a frame if the line is open; presence is renewed anyway, so nothing is queued. */
  send(frame: object): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  private hurry(): void {
    if (this.isStopped || this.socket || document.hidden) return;
    clearTimeout(this.retry);
    this.delay = FIRST_DELAY;
    this.connect();
  }

  /** The browser has no network: the socket itself would notice minutes later. */
  private drop(): void {
    const socket = this.socket;
    if (!socket) return;
    socket.close();
    this.lost(socket);
  }

  private connect(): void {
    if (this.isStopped || this.socket) return;
    const socket = this.make(this.url);
    this.socket = socket;
    this.startWorrying();
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', since: this.cursor }));
    socket.onmessage = (message) => this.take(JSON.parse(String(message.data)) as ServerFrame);
    socket.onclose = () => this.lost(socket);
  }

  private take(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.delay = FIRST_DELAY;
        this.stopWorrying();
        this.cursor ??= frame.cursor;
        this.handlers.presence(frame.presence);
        return;
      case 'event':
        this.cursor = frame.id;
        if (this.isNew(frame.id)) this.handlers.event(frame);
        return;
      case 'reset':
        this.cursor = frame.cursor;
        this.handlers.reset();
        return;
      case 'presence':
        this.handlers.presence(frame.presence);
        return;
      case 'typing':
        if (frame.case_id) this.handlers.typing(frame.case_id);
    }
  }

  private isNew(id: Id): boolean {
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value as Id);
    return true;
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    if (this.isStopped) return;
    this.startWorrying();
    const wait = this.delay * (0.75 + Math.random() / 2);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
    this.retry = setTimeout(() => void this.again(), wait);
  }

  private async again(): Promise<void> {
    if (await this.handlers.mayReconnect()) this.connect();
    else this.stop();
  }

  private startWorrying(): void {
    this.worry ??= setTimeout(() => this.handlers.online(false), PATIENCE);
  }

  private stopWorrying(): void {
    clearTimeout(this.worry);
    this.worry = undefined;
    this.handlers.online(true);
  }
}
