import { expect, test } from 'vitest';
import { column, columnsByPosition, columnsOfHeader, missingColumns } from './columns.js';

test.each([
  {
    title: 'the web interface',
    header: 'Serial #,Type,Threat/Content Type,Generate Time,Destination address',
    known: 5,
  },
  { title: 'the XML interface', header: 'serial,type,subtype,time_generated,dst,natdst,dport,natdport', known: 8 },
  { title: 'other case and blanks', header: ' TYPE ,sub-type,DESTINATION ADDRESS,session end reason', known: 4 },
  { title: 'names that repeat', header: 'type,type,type,dst', known: 0 },
  { title: 'too few known names', header: 'type,dst,serial,x,y', known: 0 },
  { title: 'a data row', header: '1,2026/03/10 02:00:10,001801000101,TRAFFIC,start,2560,proto,dst,0.0.0.0', known: 0 },
  { title: 'an empty line', header: '', known: 0 },
])('$title: $known columns', ({ header, known }) => {
  const columns = columnsOfHeader(header.split(','));
  expect([...(columns ?? [])].filter((at) => at >= 0)).toHaveLength(known);
});

test('of two columns with one name the first counts', () => {
  const columns = columnsOfHeader('type,subtype,dst,dport,dst'.split(','));
  expect(columns?.[column.destination]).toBe(2);
});

test('positions are those of the manual', () => {
  const traffic = columnsByPosition('traffic');
  expect({ reason: traffic[column.endReason], index: traffic[column.errorIndex] }).toEqual({ reason: 46, index: -1 });
  const decryption = columnsByPosition('decryption');
  expect({ index: decryption[column.errorIndex], proxy: decryption[column.proxyType] }).toEqual({
    index: 45,
    proxy: 48,
  });
  expect(decryption[column.endReason]).toBe(-1);
});

test('what a header lacks is named as the web interface names it', () => {
  const columns = columnsOfHeader('type,subtype,dst,dport,start,serial,sessionid,natdst,natdport'.split(','));
  expect(columns && missingColumns(columns, 'traffic')).toEqual({
    required: ['Generate Time', 'Repeat Count', 'IP Protocol', 'Session End Reason'],
    wanted: ['seqno'],
  });
});
