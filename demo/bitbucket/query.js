/**
 * Filters and sorts the objects of a list by the parameters `q` and `sort` of an API request.
 *
 * In: a query such as `state = "OPEN" AND (title ~ "fix" OR id > 7)`, or a sort key such as `-created_on`. Out: a function that
 * says whether an object matches the query, or a sorted array. A query that cannot be parsed, and a member that an object lacks,
 * cause a SyntaxError.
 */
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(!=|!~|>=|<=|[=~<>()])|([A-Za-z0-9_.:+-]+))/y;
const COMPARISONS = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '~': (left, right) => String(left).toLowerCase().includes(String(right).toLowerCase()),
  '!~': (left, right) => !COMPARISONS['~'](left, right),
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
};
const WORDS = { true: true, false: false, null: null };

function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError('unexpected character');
    const [, quoted, operator, word] = match;
    if (quoted !== undefined) tokens.push({ value: quoted.replace(/\\(.)/g, '$1') });
    else tokens.push(operator === undefined ? { word } : { operator });
  }
  return tokens;
}

/** The value at a path such as `source.branch.name`. @throws {SyntaxError} when the object has no such member */
function memberOf(object, path) {
  const value = path.split('.').reduce((part, name) => part?.[name], object);
  if (value === undefined) throw new SyntaxError(`no member ${path}`);
  return value;
}

/** @param {string} text @returns {(object: object) => boolean} @throws {SyntaxError} */
export function parseQuery(text) {
  const tokens = tokensOf(text);
  const take = () => {
    const token = tokens.shift();
    if (token === undefined) throw new SyntaxError('the query is incomplete');
    return token;
  };
  const isNext = (word) => tokens[0]?.word?.toUpperCase() === word;

  function comparison() {
    const first = take();
    if (first.operator === '(') {
      const inner = disjunction();
      if (take().operator !== ')') throw new SyntaxError('a parenthesis is not closed');
      return inner;
    }
    const compare = COMPARISONS[take().operator];
    const literal = take();
    if (first.word === undefined || compare === undefined || literal.operator) throw new SyntaxError('a comparison is expected');
    const plain = /^-?\d+(\.\d+)?$/.test(literal.word) ? Number(literal.word) : literal.word;
    const right = literal.value ?? (Object.hasOwn(WORDS, literal.word) ? WORDS[literal.word] : plain);
    return (object) => compare(memberOf(object, first.word), right);
  }
  function joined(word, next, holds) {
    const parts = [next()];
    while (isNext(word)) {
      take();
      parts.push(next());
    }
    return (object) => holds(parts, (part) => part(object));
  }
  const conjunction = () => joined('AND', comparison, (parts, test) => parts.every(test));
  const disjunction = () => joined('OR', conjunction, (parts, test) => parts.some(test));
  const matches = disjunction();
  if (tokens.length > 0) throw new SyntaxError('text follows the query');
  return matches;
}

/** @param {object[]} objects @param {string} sort a member, with `-` in descending order; @returns a new array */
export function sorted(objects, sort) {
  const descending = sort.startsWith('-');
  const path = descending ? sort.slice(1) : sort;
  const direction = descending ? -1 : 1;
  return objects.toSorted((one, other) => {
    const [left, right] = [memberOf(one, path), memberOf(other, path)];
    return left === right ? 0 : direction * (left < right ? -1 : 1);
  });
}
