/** The feed: resumes where it stood, drops what repeats, says when it is down. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Live, type LiveHandlers } from '../../src/workspace/live';

class Line {
  readyState = 0;
  sent: unknown[] = [];
  onopen: () => void = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  onclose: () => void = () => {};

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  open(): void {
    this.readyState = 1;
    this.onopen();
  }
  say(frame: object): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  close(): void {
    this.readyState = 3;
    this.onclose();
  }
}

const event = (id: string) => ({ type: 'event', id, kind: 'case.changed', at: '', payload: { case_id: '9' } });

describe('the feed', () => {
  let lines: Line[];
  let told: string[];
  let mayReconnect: boolean;
  let live: Live;

  beforeEach(() => {
    vi.useFakeTimers();
    lines = [];
    told = [];
    mayReconnect = true;
    const handlers: LiveHandlers = {
      event: (each) => told.push(`event ${each.id}`),
      presence: (list) => told.push(`presence ${list.length}`),
      typing: (id) => told.push(`typing ${id}`),
      reset: () => told.push('reset'),
      online: (is) => told.push(is ? 'online' : 'offline'),
      mayReconnect: async () => mayReconnect,
    };
    live = new Live('ws://desk', handlers, () => {
      lines.push(new Line());
      return lines[lines.length - 1] as unknown as WebSocket;
    });
    live.start();
  });
  afterEach(() => {
    live.stop();
    vi.useRealTimers();
  });

  const begin = (line = lines[0]!): void => {
    line.open();
    line.say({ type: 'welcome', cursor: '10', presence: [] });
  };

  test('says hello from nowhere the first time', () => {
    begin();
    expect(lines[0]!.sent).toEqual([{ type: 'hello', since: null }]);
    expect(told).toEqual(['online', 'presence 0']);
  });

  test('resumes from the last event it was given', async () => {
    begin();
    lines[0]!.say(event('11'));
    lines[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    lines[1]!.open();
    expect(lines[1]!.sent).toEqual([{ type: 'hello', since: '11' }]);
  });

  test('believes the browser that says it is offline, and comes back at once when it is not', () => {
    begin();
    lines[0]!.say(event('11'));
    dispatchEvent(new Event('offline'));
    expect(lines[0]!.readyState).toBe(3);
    dispatchEvent(new Event('online'));
    lines[1]!.open();
    expect(lines[1]!.sent).toEqual([{ type: 'hello', since: '11' }]);
  });

  test('drops an event that comes a second time', async () => {
    begin();
    lines[0]!.say(event('11'));
    lines[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    begin(lines[1]);
    lines[1]!.say(event('11'));
    lines[1]!.say(event('12'));
    expect(told.filter((each) => each.startsWith('event'))).toEqual(['event 11', 'event 12']);
  });

  test('starts over when the gap is too old, and resumes from there', async () => {
    begin();
    lines[0]!.say({ type: 'reset', cursor: '90' });
    lines[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    lines[1]!.open();
    expect(told).toContain('reset');
    expect(lines[1]!.sent).toEqual([{ type: 'hello', since: '90' }]);
  });

  test('says nothing of a short break, and offline after a second and a half', async () => {
    begin();
    told.length = 0;
    lines[0]!.close();
    await vi.advanceTimersByTimeAsync(1_000);
    begin(lines[1]);
    expect(told).toEqual(['online', 'presence 0']);
    lines[1]!.close();
    await vi.advanceTimersByTimeAsync(1_600);
    expect(told).toContain('offline');
  });

  test('waits longer each time it fails', async () => {
    begin();
    for (let nth = 0; nth < 3; nth += 1) {
      lines[nth]!.close();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    const before = lines.length;
    lines[before - 1]!.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(lines.length).toBe(before);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(lines.length).toBe(before + 1);
  });

  test('gives up once nobody is signed in', async () => {
    begin();
    mayReconnect = false;
    lines[0]!.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines.length).toBe(1);
  });

  test('sends nothing into a closed line', () => {
    live.send({ type: 'presence' });
    expect(lines[0]!.sent).toEqual([]);
  });

  test('passes on who is here and who types', () => {
    begin();
    lines[0]!.say({ type: 'presence', presence: [{}, {}] });
    lines[0]!.say({ type: 'typing', conversation_id: '1', case_id: '9' });
    expect(told.slice(-2)).toEqual(['presence 2', 'typing 9']);
  });
});
