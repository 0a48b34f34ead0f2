/** What the browser keeps, and what happens when it cannot. */
import { describe, expect, it } from 'vitest';
import { Keepsake } from './keepsake';
import { fromDesk } from './standins';
import { PageMemory, type KeyStore } from './surroundings';

const pending = (clientId: string, at: number) => ({ client_id: clientId, text: clientId, at });

/** Takes nothing more, as a browser whose quota is used up. */
class FullStore extends PageMemory implements KeyStore {
  override setItem(): void {
    throw new DOMException('full', 'QuotaExceededError');
  }
}

describe('Keepsake', () => {
  it('keeps two inboxes apart', () => {
    const storage = new PageMemory();
    new Keepsake(storage, 'one').keepPending(pending('a', 1));
    expect(new Keepsake(storage, 'two').pending()).toEqual([]);
  });

  it('gives the unacknowledged back in the order in which they were written', () => {
    const storage = new PageMemory();
    for (const message of [pending('later', 2), pending('first', 1)]) new Keepsake(storage, 'one').keepPending(message);
    expect(new Keepsake(storage, 'one').pending().map((message) => message.text)).toEqual(['first', 'later']);
  });

  it('keeps the last fifty messages', () => {
    const keepsake = new Keepsake(new PageMemory(), 'one');
    const messages = Array.from({ length: 60 }, (_, index) => fromDesk(String(index), 'x'));
    keepsake.keep({ ...keepsake.snapshot(), messages });
    expect(keepsake.snapshot().messages.map((message) => message.id)).toEqual(messages.slice(10).map((message) => message.id));
  });

  it.each(['{', 'null', '7', '{"messages":3}'])('starts afresh when what it finds is %s', (found) => {
    const storage = new PageMemory();
    storage.setItem('kindred.chat.one', found);
    expect(new Keepsake(storage, 'one').snapshot()).toMatchObject({ visitor: null, cursor: null, messages: [] });
  });

  it('does without when the store is full', () => {
    const keepsake = new Keepsake(new FullStore(), 'one');
    keepsake.keepPending(pending('a', 1));
    expect(keepsake.pending()).toEqual([]);
  });
});
