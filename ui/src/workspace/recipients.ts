/** Who else a reply goes to: read from what is typed or pasted, and judged as the server will judge it. */
import type { Person } from '../shared/api';

/** The most people in Cc and Bcc together. */
export const MOST_OTHERS = 20;

/** What is wrong with an address: no @, nothing before it, nothing after it, a domain without a dot, a sign that cannot stand there. */
export type Fault = 'noAt' | 'noName' | 'noDomain' | 'noDot' | 'sign';

const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[\p{L}\p{N}]([\p{L}\p{N}\p{M}_-]{0,61}[\p{L}\p{N}\p{M}])?$/u;
const NAMED = /^([^<>]*)<([^<>]*)>$/;

/** Say what is wrong with an address, or nothing where a mail can be sent to it. */
export function faultOf(address: string): Fault | null {
  const at = address.lastIndexOf('@');
  if (at < 0) return 'noAt';
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (!local) return 'noName';
  if (!domain) return 'noDomain';
  if (!LOCAL.test(local) || local.length > 64 || address.length > 254) return 'sign';
  const labels = domain.split('.');
  if (labels.length < 2) return 'noDot';
  return labels.every((label) => LABEL.test(label)) ? null : 'sign';
}

const key = (person: Person): string => person.address.toLowerCase();

function cut(text: string): string[] {
  const pieces = [''];
  let isQuoted = false;
  for (const sign of text) {
    if (sign === '"') isQuoted = !isQuoted;
    if (/[\r\n]/.test(sign)) isQuoted = false;
    if (/[\r\n\t;]/.test(sign) || (sign === ',' && !isQuoted)) pieces.push('');
    else pieces[pieces.length - 1] += sign;
  }
  return pieces;
}

function one(piece: string): Person {
  const named = NAMED.exec(piece);
  const name = named?.[1]?.trim().replace(/^"|"$/g, '').trim();
  return { name: name || null, address: (named?.[2] ?? piece).trim().replace(/^mailto:/i, '') };
}

/** Read people from a line or a list of lines: commas, semicolons and tabs part them, and spaces where nothing but addresses stands. */
export function peopleIn(text: string): Person[] {
  return cut(text)
    .map((piece) => piece.trim())
    .flatMap((piece) => {
      const words = piece.split(/\s+/);
      return !piece.includes('<') && words.length > 1 && words.every((word) => word.includes('@')) ? words : [piece];
    })
    .filter(Boolean)
    .map(one);
}

/** Put people behind those who are there, each once. */
export function withPeople(there: Person[], more: Person[]): Person[] {
  const known = new Set(there.map(key));
  return [...there, ...more.filter((person) => !known.has(key(person)) && known.add(key(person)))];
}

/** A person as the server reads them; what would end a name early is left out of it. */
export function written(person: Person): string {
  const name = person.name?.replace(/[<>"\r\n]/g, ' ').replace(/\s+/g, ' ').trim();
  return name ? `${name} <${person.address}>` : person.address;
}

/** How a person is called in a short line. */
export const called = (person: Person): string => person.name || person.address;
