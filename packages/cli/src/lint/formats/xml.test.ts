import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { attributeText, contentText, element, xmlDocument } from './xml.js';

test.each([
  { text: 'a & b', want: 'a &amp; b' },
  { text: '<b>', want: '&lt;b&gt;' },
  { text: ']]>', want: ']]&gt;' }, // may not stand in text as it is
  { text: 'a\tb\nc', want: 'a\tb\nc' },
  { text: 'a\r\nb', want: 'a&#13;\nb' }, // a bare one would be read as a line feed
  { text: '\u0000\u001b\u000b', want: '\\u{0}\\u{1b}\\u{b}' }, // not even &#0; is allowed
  { text: '\ufffe\uffff', want: '\\u{fffe}\\u{ffff}' },
  { text: '\ud83d x \uded2', want: '\\u{d83d} x \\u{ded2}' },
  { text: '🛒\ufffd', want: '🛒\ufffd' },
  { text: '"\'', want: '"\'' },
])('between tags $text is $want', ({ text, want }) => expect(contentText(text)).toBe(want));

test.each([
  { text: '"\'', want: "&quot;'" },
  { text: 'a\tb\nc\rd', want: 'a&#9;b&#10;c&#13;d' }, // bare ones would be read as blanks
])('in quotes $text is $want', ({ text, want }) => expect(attributeText(text)).toBe(want));

describe('a document', () => {
  test('is indented, without blanks around text', () => {
    const root = element('a', { x: 1, left: undefined, out: '' }, [element('b', {}, [' t ']), element('c')]);
    expect(xmlDocument(root)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a x="1" out="">\n  <b> t </b>\n  <c/>\n</a>\n',
    );
  });

  test('gives back to a parser what was put in', () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseTagValue: false,
      parseAttributeValue: false,
      trimValues: false,
      htmlEntities: true,
    });
    // What XML can say, and no bare CR: this parser does not read references as the standard has it.
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => !/[\p{Cc}\ufffe\uffff\p{Surrogate}]/u.test(value));
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const parsed = parser.parse(xmlDocument(element('a', { x: attribute }, [content])));
        expect(parsed.a).toEqual({ x: attribute, '#text': content });
      }),
    );
  });
});
