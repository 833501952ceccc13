/** What YAML's error codes mean to somebody who did not write a parser. */
const WORDS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have a tag or an anchor of its own',
  BAD_ALIAS: 'this alias or anchor has no proper name',
  BAD_DIRECTIVE: 'this % directive is not known',
  BAD_DQ_ESCAPE: 'this backslash means nothing in double quotes; use single quotes, or write \\\\',
  BAD_INDENT: 'the indentation does not fit what stands above',
  BAD_PROP_ORDER: 'anchors and tags must stand before the -, ? or : they belong to',
  BAD_SCALAR_START: 'this character cannot begin a plain text; put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a map cannot begin on the line of another key; start a new line, or put the text in quotes (a ": " inside?)',
  BLOCK_IN_FLOW: 'inside [ ] or { } everything must be written in that style',
  KEY_OVER_1024_CHARS: 'this key is too long',
  MISSING_CHAR: 'a character is missing here: a closing quote, bracket or brace, or a colon or a comma',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line, with a colon after it',
  MULTIPLE_ANCHORS: 'a value can have one anchor only',
  MULTIPLE_DOCS: 'a second document begins here (---); a config file is one document',
  MULTIPLE_TAGS: 'a value can have one tag only',
  RESOURCE_EXHAUSTION: 'this is nested too deeply to be read',
  TAB_AS_INDENT: 'a tab stands in the indentation; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'this !tag is not known here; leave it out, or put a text that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'this was not expected here; a text with special characters needs quotes',
};

/** One line about a syntax error, in plain words; YAML's own where we have none. It never quotes the file. */
export function syntaxInWords(code: string, message: string): string {
  if (message.startsWith('Flow '))
    return `is not proper YAML: a [ or { from before is not closed here, or not indented`;
  return `is not proper YAML: ${WORDS[code] ?? message}`;
}
