/** An agent's verbs: shown at once, taken back when refused, undone by their activity. */
import { get as read } from 'svelte/store';
import { beforeEach, describe, expect, test } from 'vitest';
import { assign, resolveOrReopen, setPriority, toggleTag } from '../../src/workspace/actions';
import { cases } from '../../src/workspace/cases';
import { me } from '../../src/workspace/session';
import { toasts, undoLatest } from '../../src/workspace/toasts';
import { detail, row, TableServer } from '../support';

describe('a verb', () => {
  let server: TableServer;

  beforeEach(async () => {
    me.set({ id: '1', name: 'Ravi', email: '', role: 'agent', is_active: true, signature: '', team_ids: [] });
    toasts.set([]);
    server = new TableServer();
    server.on('GET /cases', () => ({ items: [row({ id: '1' }), row({ id: '2' })], next: null }));
    await cases.show('mine', 'newest');
    cases.keep(detail({ id: '1' }));
  });

  test('is seen before the server answers, and offers its undo', async () => {
    server.on('POST /cases/1/priority', () => ({ ...detail({ id: '1', priority: 'high' }), activity_id: '77' }));
    const done = setPriority('1', 'high');
    expect(cases.row('1')?.priority).toBe('high');
    await done;
    server.on('POST /cases/1/undo', () => detail({ id: '1' }));
    await undoLatest();
    expect(server.asked.find((each) => each.path === '/cases/1/undo')?.body).toEqual({ activity_id: '77' });
    expect(cases.row('1')?.priority).toBe('normal');
  });

  test('is undone also by whoever does not wait for its answer', async () => {
    server.on('POST /cases/1/priority', () => ({ ...detail({ id: '1', priority: 'high' }), activity_id: '77' }));
    server.on('POST /cases/1/undo', () => detail({ id: '1' }));
    void setPriority('1', 'high');
    await undoLatest();
    expect(server.asked.find((each) => each.path === '/cases/1/undo')?.body).toEqual({ activity_id: '77' });
  });

  test('is taken back when it is refused, and says why', async () => {
    server.on('POST /cases/1/assign', () => server.problem({ status: 409, code: 'case.closed', detail: 'It is closed.' }));
    await assign('1', { id: '2', name: 'Ines' });
    expect(cases.row('1')?.assignee?.name).toBe('Ravi');
    expect(read(toasts).at(-1)?.text).toContain('It is closed.');
  });

  test('that ends a case takes it from the view and brings it back when refused', async () => {
    server.on('POST /cases/1/status', () => server.problem({ status: 409, code: 'case.illegal_transition', detail: 'No.' }));
    const done = resolveOrReopen(cases.row('1')!);
    expect(read(cases.list).ids).toEqual(['2']);
    await done;
    expect(read(cases.list).ids).toEqual(['1', '2']);
  });

  test('on a tag adds what is missing and removes what is there', async () => {
    server.on('POST /cases/1/tags', () => detail({ id: '1', tags: ['vip'] }));
    await toggleTag(cases.row('1')!, 'vip');
    await toggleTag(cases.row('1')!, 'vip');
    expect(server.asked.filter((each) => each.path.endsWith('/tags')).map((each) => each.body)).toEqual([
      { add: ['vip'], remove: [] },
      { add: [], remove: ['vip'] },
    ]);
  });
});
