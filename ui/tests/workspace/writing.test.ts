/** The composer's small decisions. */
import { describe, expect, test } from 'vitest';
import type { ReplyOption } from '../../src/shared/api';
import { articleSpot, charactersLeft, chosenOption, withArticle } from '../../src/workspace/writing';

const option = (key: string, is_default = false) => ({ key, is_default }) as ReplyOption;

describe('the chosen option', () => {
  const options = [option('sms'), option('email', true)];
  test.each([
    ['what the draft kept', 'sms', 'sms'],
    ['the default without a draft', null, 'email'],
    ['the default when the kept one is gone', 'chat', 'email'],
  ])('is %s', (_, wanted, key) => expect(chosenOption(options, wanted)?.key).toBe(key));
  test('is none where nothing reaches the customer', () => expect(chosenOption([], null)).toBeNull());
});

describe('the place of an article', () => {
  test.each([
    ['at the start', '#ref', 4, { query: 'ref', from: 0, to: 4 }],
    ['after a space', 'See #refund days', 16, { query: 'refund days', from: 4, to: 16 }],
    ['with nothing typed yet', 'See #', 5, { query: '', from: 4, to: 5 }],
    ['before the caret only', 'a #one two', 6, { query: 'one', from: 2, to: 6 }],
  ])('is found %s', (_, text, caret, spot) => expect(articleSpot(text, caret)).toEqual(spot));

  test.each([
    ['inside a word', 'C#sharp', 7],
    ['on an earlier line', '#one\ntwo', 8],
    ['without a mark', 'one two', 7],
  ])('is not seen %s', (_, text, caret) => expect(articleSpot(text, caret)).toBeNull());

  test('is taken by the article, and the caret stands after it', () => {
    const spot = articleSpot('See #ref please', 8);
    const article = { id: '1', title: '', body: 'Three days.\n', status: 'published' };
    expect(withArticle('See #ref please', spot!, article)).toEqual({ text: 'See Three days. please', caret: 15 });
  });
});

test('characters are counted as people count them', () => {
  expect(charactersLeft('👍👍', 3)).toBe(1);
  expect(charactersLeft('four', 3)).toBe(-1);
  expect(charactersLeft('any length', null)).toBeNull();
});
