import {
  mechanismNames,
  padEnd,
  placeOf,
  plain,
  printable,
  type Seconds,
  type Styler,
  shorten,
  spellDuration,
  type Tone,
  widthOf,
  wrap,
} from '@shortfuse/core';
import { hasKeyNames, keyNameOf } from './backends.js';
import { sniOf, spellAddress } from './endpoint.js';
import type { Finding } from './finding.js';
import { announcedSeconds, isStateful, type MechanismResult } from './mechanism.js';
import { notesOn } from './notes.js';
import type { Answered } from './probe.js';
import { type OldSessions, oldSessionsAre } from './stock.js';
import { type LifeVerdict, verdictsOn } from './verdict.js';
import { mechanismTitles, shortKey, spellAccepted, spellAge, spellAnnounced, spellStatus } from './words.js';

export interface ProbeTextOptions {
  readonly style?: Styler;
  /** The report is no wider than this; below 80 it is 80. */
  readonly columns?: number;
}

interface Page {
  readonly style: Styler;
  readonly columns: number;
}

const markers: Readonly<Record<LifeVerdict, string>> = { above: '!', unknown: '?', within: ' ', none: ' ' };
const tones: Readonly<Record<LifeVerdict, Tone>> = { above: 'bad', unknown: 'warn', within: 'good', none: 'good' };

/** What people read about one server that answered. Ends with a newline. A server that did not is a problem, not a report. */
export function probeText(finding: Finding, options: ProbeTextOptions = {}): string {
  const { style = plain, columns = 100 } = options;
  const { result } = finding;
  if (result.kind === 'unanswered') return '';
  const page = { style, columns: Math.max(80, columns) };
  const notes = notesOn(finding);
  const sections = [
    [...headLines(result, page)],
    tableLines(finding, result, page),
    oldLines(finding, result, page),
    againstLines(finding, result, page),
    notes.length === 0 ? [] : [`  ${style('heading', 'notes')}`, ...notes.flatMap((note) => indented(note, 4, page))],
    [closingLine(finding, result, page)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')}`;
}

function headLines({ endpoint, remoteAddress, protocols, certificate }: Answered, { style, columns }: Page): string[] {
  const name = sniOf(endpoint);
  const reached = endpoint.connectTo
    ? spellAddress({ host: remoteAddress ?? endpoint.connectTo.host, port: endpoint.connectTo.port })
    : remoteAddress;
  const facts = [
    ...(reached === undefined || reached === endpoint.host ? [] : [reached]),
    ...(name === undefined ? ['no server name sent'] : name === endpoint.host ? [] : [`server name ${name}`]),
    ...(endpoint.starttls ? [`STARTTLS ${endpoint.starttls}`] : []),
    protocols.map((protocol) => protocol.replace(/^TLSv1$/, 'TLSv1.0').replace('TLSv', 'TLS ')).join(', '),
  ];
  const head = `${style('heading', printable(spellAddress(endpoint)))}  ${printable(facts.join('  '))}`;
  if (!certificate) return [head];
  const { subject, sha256, objection } = certificate;
  const owner = shorten(printable(subject), longestSubject);
  const shown = `certificate ${owner} (${sha256.slice(0, 8)}…)${objection === undefined ? '' : `, ${objection}`}`;
  return [head, ...wrap(shown, columns - 2).map((line) => style('quiet', `  ${line}`))];
}

/** Whoever owns a certificate may write a page into it. */
const longestSubject = 60;

const titles = ['MECHANISM', 'ANSWER', 'ANNOUNCED', 'ACCEPTED', 'TICKET KEY'];

function tableLines({ acceptances, targetSeconds }: Finding, result: Answered, { style }: Page): string[] {
  const isMeasured = acceptances.length > 0;
  const verdicts = verdictsOn(result, acceptances, targetSeconds);
  const rows = mechanismNames.map((name) => {
    const mechanism = result.mechanisms[name];
    const acceptance = acceptances.find((each) => each.mechanism === name);
    return {
      verdict: verdicts[name],
      cells: [
        mechanismTitles[name],
        spellStatus(mechanism),
        spellAnnounced(announcedSeconds(mechanism)),
        spellAccepted(acceptance),
        keyCell(mechanism),
      ],
    };
  });
  const all = [titles, ...rows.map(({ cells }) => cells)];
  const widths = titles.map((_, i) => Math.max(...all.map((cells) => widthOf(cells[i] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 3 && !isMeasured ? '' : `${padEnd(cell, widths[i] ?? 0)}  `))
      .join('')
      .trimEnd();
  return [
    style('quiet', `  ${line(titles)}`),
    ...rows.map(({ verdict, cells }) => style(tones[verdict], `${markers[verdict]} ${line(cells)}`)),
  ];
}

function keyCell(mechanism: MechanismResult): string {
  if (isStateful(mechanism)) return 'none, points into a cache';
  if (announcedSeconds(mechanism) === undefined) return '-';
  if (!hasKeyNames(mechanism)) return 'not named';
  const keys = new Set(mechanism.samples.flatMap(({ session }) => session?.keyName ?? []));
  const key = shortKey(keyNameOf(mechanism) ?? '');
  return keys.size > 1 ? `${key} and ${keys.size - 1} more` : key;
}

function oldLines({ old }: Finding, result: Answered, { style }: Page): string[] {
  if (!old) return [];
  const { stock, sessions } = old;
  const width = Math.max(...mechanismNames.map((name) => mechanismTitles[name].length));
  const age = Math.max(0, ...sessions.map(({ ageSeconds }) => ageSeconds));
  const head = `  ${style('heading', 'sessions from before')}, ${spellAge(age)} old`;
  const none = mechanismNames.filter((name) => !stock.mechanisms[name]);
  return [
    head,
    ...sessions.map((each) => {
      const now = announcedSeconds(result.mechanisms[each.mechanism]);
      const text = `${padEnd(mechanismTitles[each.mechanism], width)}  ${spellOutcome(each)}${spellChange(each.announcedSeconds, now)}`;
      return each.outcome === 'accepted'
        ? style('bad', `! ${text}`)
        : each.outcome === 'refused'
          ? style('good', `  ${text}`)
          : style('warn', `? ${text}`);
    }),
    ...none.map((name) => `  ${padEnd(mechanismTitles[name], width)}  was not resumed before`),
  ];
}

function spellOutcome({ outcome, renewedSeconds, failure }: OldSessions): string {
  switch (outcome) {
    case 'accepted':
      return renewedSeconds ? `still accepted, and renewed for ${spellDuration(renewedSeconds)}` : 'still accepted';
    case 'refused':
      return 'refused';
    case 'expired':
      return 'refused, but they were over anyway: this proves nothing';
    case 'unanswered':
      return `not offered: ${failure?.message ?? 'there were none'}`;
  }
}

function spellChange(before: Seconds | undefined, now: Seconds | undefined): string {
  if (before === undefined || now === undefined || before === 0) return '';
  if (before === now) return `; ${spellDuration(now)} announced as before`;
  return `; ${spellDuration(before)} announced before, ${spellAnnounced(now)} now`;
}

function againstLines({ against }: Finding, result: Answered, page: Page): string[] {
  if (!against) return [];
  const { listener, comparison } = against;
  const { style } = page;
  const { file, line } = placeOf(listener.definedAt);
  const name = [listener.name, listener.address ?? ''].filter((part) => part !== '').join(' at ');
  const head = `  ${style('heading', 'beside the files')}  ${printable(`${file}:${line}  ${listener.server}  ${name}`)}`;
  const { differences, compared, lifetimesCompared } = comparison;
  const agreed = compared
    .filter((name) => !differences.some(({ mechanism }) => mechanism === name))
    .map((name) => {
      if (result.mechanisms[name].offers.accepted === 0) return `${mechanismTitles[name]} (off)`;
      return `${mechanismTitles[name]}${lifetimesCompared.includes(name) ? '' : ' (lifetime not seen)'}`;
    });
  return [
    head,
    ...differences.map(({ message }) => style('bad', `! ${printable(message)}`)),
    ...(differences.length === 0
      ? []
      : indented(
          'the running process was not reloaded since the files changed, or another server answers here',
          4,
          page,
        )),
    ...(agreed.length === 0 ? [] : indented(`as in the files: ${agreed.join(', ')}`, 4, page)),
    ...(compared.length === 0 ? ['    nothing could be compared: the files do not tell'] : []),
  ];
}

function closingLine({ acceptances, targetSeconds, old }: Finding, result: Answered, { style }: Page): string {
  const target = `the target of ${spellDuration(targetSeconds)}`;
  const verdicts = verdictsOn(result, acceptances, targetSeconds);
  const where = (wanted: LifeVerdict): string =>
    mechanismNames
      .filter((name) => verdicts[name] === wanted)
      .map((name) => mechanismTitles[name])
      .join(', ');
  const old_ = old ? oldSentence(oldSessionsAre(old.sessions), style) : '';
  if (where('above') !== '') return `${old_}${style('bad', `above ${target}`)}: ${where('above')}`;
  if (where('unknown') !== '')
    return `${old_}${style('warn', `not known to be within ${target}`)}: ${where('unknown')}`;
  if (where('within') !== '') return `${old_}${style('good', `within ${target}`)}`;
  return `${old_}${style('good', 'no session can be resumed')}`;
}

function oldSentence(are: ReturnType<typeof oldSessionsAre>, style: Styler): string {
  switch (are) {
    case 'accepted':
      return `${style('bad', 'old sessions are still accepted')}; `;
    case 'refused':
      return `${style('good', 'old sessions were dropped')}; `;
    case 'unproven':
      return `${style('warn', 'not proven that old sessions were dropped')}; `;
  }
}

function indented(text: string, margin: number, { columns }: Page): string[] {
  return wrap(printable(text), columns - margin).map((line) => ' '.repeat(margin) + line);
}
