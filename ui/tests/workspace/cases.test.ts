/** The list of cases: pages, live changes that wait, and what leaves and comes back. */
import { get as read } from 'svelte/store';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CaseRow } from '../../src/shared/api';
import { Cases } from '../../src/workspace/cases';
import { me } from '../../src/workspace/session';
import { row, settled, TableServer } from '../support';

const spoke = (id: string, at: string): Partial<CaseRow> => ({
  id,
  last_message: { id: `m${at}`, preview: '', direction: 'in', kind: 'message', channel: 'sms', at },
});

describe('the list', () => {
  let server: TableServer;
  let cases: Cases;
  let byId: CaseRow[];
  const ids = (): string[] => read(cases.list).ids;

  beforeEach(async () => {
    me.set({ id: '1', name: 'Ravi', email: '', role: 'agent', is_active: true, signature: '', team_ids: [] });
    byId = [];
    server = new TableServer();
    server.on('GET /cases', ({ path }) => {
      if (path.includes('ids=')) return { items: byId, next: null };
      if (path.includes('cursor=two')) return { items: [row({ id: '3' }), row({ id: '2' })], next: null };
      return { items: [row({ id: '1' }), row({ id: '2' })], next: 'two' };
    });
    cases = new Cases();
    await cases.show('mine', 'newest');
  });

  test('asks for the view and its order', () => {
    expect(server.asked[0]?.path).toBe('/cases?view=mine&sort=newest&limit=50');
  });

  test('asks a team’s share of all open cases', async () => {
    await cases.show('team-7', 'oldest');
    expect(server.asked.at(-1)?.path).toBe('/cases?view=all&team_id=7&sort=oldest&limit=50');
  });

  test('adds a page without repeating what it has', async () => {
    await cases.more();
    expect(ids()).toEqual(['1', '2', '3']);
    await cases.more();
    expect(server.asked.length).toBe(2);
  });

  test('shows a cached view at once when it comes back', async () => {
    await cases.show('all', 'newest');
    void cases.show('mine', 'newest');
    expect(ids()).toEqual(['1', '2']);
  });

  test('passes over what was asked for before our own change came back, and asks for it again', async () => {
    let comeBack = (): void => {};
    const done = cases.changed('2', () => new Promise<void>((resolve) => (comeBack = resolve)));
    cases.alter('2', { status: 'resolved' });
    cases.leave('2');
    byId = [row({ id: '2', status: 'open' })];
    await cases.touch(['2']);
    expect(cases.row('2')?.status).toBe('resolved');
    expect(ids()).toEqual(['1']);
    byId = [row({ id: '2', status: 'resolved', tags: ['refund'] })];
    comeBack();
    await done;
    await settled();
    expect(cases.row('2')?.tags).toEqual(['refund']);
    expect(ids()).toEqual(['1']);
  });

  test('lets a new case wait while someone looks, and in when asked', async () => {
    cases.hold(true);
    byId = [row(spoke('8', '2026-11-20T11:00:00Z'))];
    await cases.touch(['8']);
    expect(ids()).toEqual(['1', '2']);
    expect(read(cases.list).waiting).toEqual(['8']);
    cases.settle();
    expect(ids()).toEqual(['8', '1', '2']);
    expect(read(cases.list).waiting).toEqual([]);
  });

  test('raises a case that spoke once nobody looks any more', async () => {
    cases.hold(true);
    byId = [row(spoke('2', '2026-11-20T11:00:00Z'))];
    await cases.touch(['2']);
    expect(ids()).toEqual(['1', '2']);
    cases.hold(false);
    expect(ids()).toEqual(['2', '1']);
  });

  test('changes a row in place when only its state changed', async () => {
    byId = [row({ id: '2', priority: 'urgent' })];
    await cases.touch(['2']);
    expect(ids()).toEqual(['1', '2']);
    expect(cases.row('2')?.priority).toBe('urgent');
  });

  test('keeps the open case in place when a colleague takes it out of the view', async () => {
    cases.openId = '1';
    byId = [row({ id: '1', status: 'resolved' }), row({ id: '2', status: 'resolved' })];
    await cases.touch(['1', '2']);
    expect(ids()).toEqual(['1']);
  });

  test('gives the neighbour when a case leaves, and puts it back where it stood', () => {
    cases.alter('1', { status: 'resolved' });
    expect(cases.leave('1')).toBe('2');
    expect(ids()).toEqual(['2']);
    cases.alter('1', { status: 'open' });
    cases.comeBack('1');
    expect(ids()).toEqual(['1', '2']);
  });

  test('takes an optimistic change back exactly', () => {
    const takeBack = cases.alter('1', { priority: 'urgent' });
    expect(cases.row('1')?.priority).toBe('urgent');
    takeBack();
    expect(cases.row('1')?.priority).toBe('normal');
  });

  test('steps through neighbours and stays inside', () => {
    expect(cases.neighbour(null, 1)).toBe('1');
    expect(cases.neighbour('1', 1)).toBe('2');
    expect(cases.neighbour('2', 1)).toBe('2');
    expect(cases.neighbour('1', -1)).toBe('1');
  });

  test('says that it failed only when it has nothing to show', async () => {
    server.on('GET /cases', () => server.problem({ status: 500, code: 'fault', detail: 'Broken' }));
    await cases.reload();
    expect(read(cases.list).status).toBe('ready');
    await cases.show('resolved', 'newest');
    expect(read(cases.list).status).toBe('failed');
  });

  test('makes one count of many asks', async () => {
    server.on('GET /cases/counts', () => ({ mine: 3, unassigned: 0, all: 3, snoozed: 0, resolved: 0, teams: {} }));
    const before = server.asked.length;
    for (let nth = 0; nth < 5; nth += 1) cases.recount();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await settled();
    expect(server.asked.length - before).toBe(1);
    expect(read(cases.counts)?.mine).toBe(3);
  });
});
