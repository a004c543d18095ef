/**
 * Partial responses: the parameter `fields`.
 *
 * In: the parameter's value: names with dots and `*`, separated by commas. Out: the response with these members only. `-name`
 * removes a member. At Bitbucket, `+name` adds a member to the default members. Here it has no effect, because all members are
 * default members. A client that lists members but not `next` gets a page without `next`.
 */
const isMapping = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const matching = (value, name) => Object.keys(value).filter((key) => name === '*' || key === name);

function pick(value, [name, ...rest]) {
  if (name === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, [name, ...rest]));
  if (!isMapping(value)) return undefined;
  const found = matching(value, name).map((key) => [key, pick(value[key], rest)]);
  return Object.fromEntries(found.filter(([, part]) => part !== undefined));
}

function without(value, [name, ...rest]) {
  if (Array.isArray(value)) return value.map((item) => without(item, [name, ...rest]));
  if (!isMapping(value)) return value;
  const hit = new Set(matching(value, name));
  const kept = Object.entries(value).filter(([key]) => rest.length > 0 || !hit.has(key));
  return Object.fromEntries(kept.map(([key, part]) => [key, hit.has(key) ? without(part, rest) : part]));
}

function merge(first, second) {
  if (Array.isArray(first) && Array.isArray(second)) return first.map((item, index) => merge(item, second[index]));
  if (!isMapping(first) || !isMapping(second)) return second;
  const merged = { ...first };
  for (const [key, part] of Object.entries(second)) merged[key] = key in merged ? merge(merged[key], part) : part;
  return merged;
}

/** @param {object} response @param {string} fields */
export function selectFields(response, fields) {
  const names = fields.split(',').filter((name) => name !== '' && !name.startsWith('+'));
  const wanted = names.filter((name) => !name.startsWith('-')).map((name) => pick(response, name.split('.')));
  const selected = wanted.length > 0 ? wanted.reduce(merge) : response;
  return names
    .filter((name) => name.startsWith('-'))
    .reduce((value, name) => without(value, name.slice(1).split('.')), selected);
}
