/** What a parser's complaint means to the person who wrote the file. */
export interface SyntaxWords {
  readonly says: string;
  readonly hint?: string;
}

const quoted = 'write the whole value in quotes';
const comma = 'look for a missing comma, colon, quote or closing bracket here or in the line above';

const hints: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias takes neither tag nor anchor',
  BAD_ALIAS: `a value that begins with * or & must stand in quotes: ${quoted}`,
  BAD_DIRECTIVE: 'remove the line',
  BAD_DQ_ESCAPE: 'in double quotes a backslash is written \\\\',
  BAD_INDENT: 'indent entries of one map or list by the same number of spaces, and close every bracket',
  BAD_PROP_ORDER: 'anchors and tags stand before the value',
  BAD_SCALAR_START: quoted,
  BLOCK_AS_IMPLICIT_KEY: `a value that holds ": " must stand in quotes: ${quoted}`,
  BLOCK_IN_FLOW: comma,
  KEY_OVER_1024_CHARS: comma,
  MISSING_CHAR: comma,
  MULTILINE_IMPLICIT_KEY: comma,
  MULTIPLE_ANCHORS: 'a value has one anchor',
  MULTIPLE_DOCS: 'put each document into a file of its own',
  MULTIPLE_TAGS: 'a value has one tag',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: `remove the tag, or ${quoted}`,
  UNEXPECTED_TOKEN: comma,
};

/** Complaints that quote what was written, which may be a secret. */
const unquoted: Readonly<Record<string, string>> = {
  BAD_COLLECTION_TYPE: 'a tag that does not fit its value',
  BAD_DIRECTIVE: 'an unknown directive',
  BAD_DQ_ESCAPE: 'an escape that does not exist',
  TAG_RESOLVE_FAILED: 'an unknown tag',
};

/** A sentence and a cure for a complaint of the YAML parser, which reads JSON as well. Holds no text of a value. */
export function syntaxWords(code: string, message: string, json: boolean): SyntaxWords {
  const language = json ? 'JSON' : 'YAML';
  const hint = hints[code];
  const says =
    code === 'MULTIPLE_DOCS'
      ? 'holds more than one document'
      : `is not valid ${language}: ${unquoted[code] ?? plainly(message)}`;
  return hint === undefined ? { says } : { says, hint };
}

function plainly(message: string): string {
  const line = (message.split('\n', 1)[0] ?? '')
    // What stands behind a colon is quoted from the file.
    .replace(/(?<=\w): .*$/, '')
    .replace(/Flow (map|sequence)/, (_, kind: string) => (kind === 'map' ? 'a { }' : 'a [ ]'))
    .replace(/flow (map|sequence|collection)s?/g, (_, kind: string) => (kind === 'sequence' ? '[ ]' : '{ }'))
    .replace(/"quote/, '"')
    .replace(/'quote/, "'");
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/:$/, '');
}
