/**
 * UUIDs and commit hashes that are the same at every start. In: an object's name. Out: its identifier in Bitbucket's format.
 */
import { createHash } from 'node:crypto';

/** Caches identifiers by name: otherwise a burst of requests would spend its time on hashing. */
const uuids = new Map();

const hexOf = (name) => createHash('sha256').update(name).digest('hex');

/** @returns {string} in braces */
export function uuid(name) {
  if (uuids.has(name)) return uuids.get(name);
  uuids.set(name, `{${hexOf(name).replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')}}`);
  return uuids.get(name);
}

/** @returns {string} forty hexadecimal digits */
export function commitHash(name) {
  return hexOf(`commit/${name}`).slice(0, 40);
}
