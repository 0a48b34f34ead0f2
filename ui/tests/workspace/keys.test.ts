/** Shortcuts: which stroke a press is, where it acts, and how sequences end. */
import { afterEach, describe, expect, test } from 'vitest';
import { caps, onKey, stroke, useKeys } from '../../src/workspace/keys';

const press = (key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  target.addEventListener('keydown', (each) => onKey(each as KeyboardEvent), { once: true });
  target.dispatchEvent(event);
  return event;
};

describe('a stroke', () => {
  test.each([
    ['a letter', { key: 'j', code: 'KeyJ' }, 'j'],
    ['a letter with caps lock', { key: 'J', code: 'KeyJ' }, 'j'],
    ['a letter with shift', { key: 'S', code: 'KeyS', shiftKey: true }, 'shift+s'],
    ['a sign that needs shift on one board and not on another', { key: '.', code: 'Comma', shiftKey: true }, '.'],
    ['a question mark', { key: '?', code: 'Slash', shiftKey: true }, '?'],
    ['the command key', { key: 'k', code: 'KeyK', ctrlKey: true }, 'mod+k'],
    ['a Cyrillic layout, by its place', { key: 'о', code: 'KeyJ' }, 'j'],
    ['an Arabic layout, by its place', { key: 'ن', code: 'KeyK' }, 'k'],
    ['a function key with shift', { key: 'F6', code: 'F6', shiftKey: true }, 'shift+F6'],
  ])('is named by %s', (_, init, named) => {
    expect(stroke(new KeyboardEvent('keydown', init))).toBe(named);
  });

  test.each([
    ['while a word is being composed', { key: 'j', isComposing: true }],
    ['with Alt', { key: 'j', altKey: true }],
    ['for a modifier alone', { key: 'Shift' }],
    ['for a dead key', { key: 'Dead' }],
  ])('is nothing %s', (_, init) => {
    expect(stroke(new KeyboardEvent('keydown', init))).toBeNull();
  });

  test('is nothing with AltGr, which makes letters on many boards', () => {
    const event = new KeyboardEvent('keydown', { key: 'e' });
    Object.defineProperty(event, 'getModifierState', { value: (name: string) => name === 'AltGraph' });
    expect(stroke(event)).toBeNull();
  });
});

describe('a shortcut', () => {
  let stop = (): void => {};
  afterEach(() => {
    stop();
    document.body.replaceChildren();
  });

  test('acts outside text fields only, unless it says otherwise', () => {
    const ran: string[] = [];
    stop = useKeys([
      { keys: 'e', label: '', group: 'case', run: () => ran.push('e') },
      { keys: 'mod+k', label: '', group: 'anywhere', inFields: true, run: () => ran.push('k') },
    ]);
    const field = document.body.appendChild(document.createElement('textarea'));
    press('e', {}, field);
    press('k', { ctrlKey: true }, field);
    press('e');
    expect(ran).toEqual(['k', 'e']);
  });

  test('that ends a sequence does not also act alone', () => {
    const ran: string[] = [];
    stop = useKeys([
      { keys: 'i', label: '', group: 'case', run: () => ran.push('to me') },
      { keys: 'g i', label: '', group: 'go', run: () => ran.push('mine') },
    ]);
    press('g');
    press('i');
    press('i');
    expect(ran).toEqual(['mine', 'to me']);
  });

  test('registered later wins, and gives way when it leaves', () => {
    const ran: string[] = [];
    const one = useKeys([{ keys: 'n', label: '', group: 'case', run: () => ran.push('note') }]);
    const two = useKeys([{ keys: 'n', label: '', group: 'review', run: () => ran.push('different') }]);
    press('n');
    two();
    press('n');
    one();
    press('n');
    expect(ran).toEqual(['different', 'note']);
  });

  test('leaves Enter to the button that has the focus', () => {
    const ran: string[] = [];
    stop = useKeys([{ keys: 'Enter', label: '', group: 'list', run: () => ran.push('open') }]);
    const button = document.body.appendChild(document.createElement('button'));
    press('Enter', {}, button);
    press('Enter');
    expect(ran).toEqual(['open']);
  });

  test('is silent under an open dialog', () => {
    const ran: string[] = [];
    stop = useKeys([{ keys: 'e', label: '', group: 'case', run: () => ran.push('e') }]);
    const dialog = document.body.appendChild(document.createElement('dialog'));
    dialog.setAttribute('open', '');
    press('e');
    expect(ran).toEqual([]);
  });
});

test('caps are what stands on the board', () => {
  expect(caps('mod+shift+Enter')).toEqual(['Ctrl', 'Shift', 'Enter']);
  expect(caps('j')).toEqual(['J']);
});
