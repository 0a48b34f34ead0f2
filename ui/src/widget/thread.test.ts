/** Order and identity of the lines on the screen. */
import { describe, expect, it } from 'vitest';
import { fromDesk } from './standins';
import { Thread } from './thread';

describe('Thread', () => {
  it('orders by moment, then by id, which may be longer than a number can hold', () => {
    const thread = new Thread();
    const sameMoment = ['9007199254740995', '9007199254740993', '9007199254740994', '99'];
    for (const id of sameMoment) thread.take(fromDesk(id, id));
    thread.take(fromDesk('1', 'later', { at: '2026-11-21T10:00:10.5Z' }));
    expect(thread.lines([]).map((line) => line.text)).toEqual(['99', '9007199254740993', '9007199254740994', '9007199254740995', 'later']);
  });

  it('keeps the key of a line from the first moment to the last', () => {
    const thread = new Thread();
    const waiting = thread.lines([{ client_id: 'c-1', text: 'Hi', at: 0 }])[0];
    thread.take(fromDesk('5', 'Hi', { direction: 'in', client_id: 'c-1' }));
    thread.take(fromDesk('5', 'Hi', { direction: 'in', client_id: null, state: 'read' }));
    expect(thread.lines([])).toMatchObject([{ key: waiting?.key, state: 'read' }]);
  });
});
