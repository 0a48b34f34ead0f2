/** Drafts: kept per agent, case and mode; gone once empty. */
import { get as read } from 'svelte/store';
import { beforeEach, expect, test } from 'vitest';
import { draftsByCase, dropDraft, findDraft, findDrafts, keepDraft, type Draft } from '../../src/workspace/drafts';
import { me } from '../../src/workspace/session';

const draft = (text: string): Draft => ({ text, subject: null, option: null, attachments: [], at: '2026-11-20T10:00:00Z' });
const sit = (id: string): void => me.set({ id, name: '', email: '', role: 'agent', is_active: true, signature: '', team_ids: [] });

beforeEach(() => {
  localStorage.clear();
  sit('1');
  findDrafts();
});

test('a reply and a note of one case are two drafts', () => {
  keepDraft('9', 'reply', draft('Dear Asha'));
  keepDraft('9', 'note', draft('Careful'));
  expect(findDraft('9', 'reply')?.text).toBe('Dear Asha');
  expect(findDraft('9', 'note')?.text).toBe('Careful');
});

test('the list knows the first words, until the last draft goes', () => {
  keepDraft('9', 'reply', draft('Dear Asha'));
  keepDraft('9', 'note', draft('Careful'));
  dropDraft('9', 'reply');
  expect(read(draftsByCase).get('9')).toBe('Careful');
  keepDraft('9', 'note', draft('  '));
  expect(read(draftsByCase).has('9')).toBe(false);
  expect(findDraft('9', 'note')).toBeNull();
});

test('another agent at the same browser sees none of them', () => {
  keepDraft('9', 'reply', draft('Dear Asha'));
  sit('2');
  findDrafts();
  expect(findDraft('9', 'reply')).toBeNull();
  expect(read(draftsByCase).size).toBe(0);
});

test('a draft that cannot be read is no draft', () => {
  localStorage.setItem('kindred.draft.1.9.reply', '{broken');
  expect(findDraft('9', 'reply')).toBeNull();
});
