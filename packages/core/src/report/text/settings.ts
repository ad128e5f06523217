import type { Configuration, UnattachedSetting } from '../../adapter.js';
import { compareBytes } from '../../glob.js';
import type { Listener } from '../../listener.js';
import type { Location } from '../../source.js';
import { placeOf, verdictFor } from '../audit.js';
import { fitColumns, padEnd, printable, widthOf, wrap } from '../layout.js';
import { entryLines, fitCell, fitPlace, indented, markers, mostPlaces, type Page, placeCell, tones } from './page.js';
import { titles } from './table.js';
import { spellLifetime } from './words.js';

/** Lifetimes that govern nothing: of one configuration below its table, of all that have no listener in one list. */
export function unattachedLines(configurations: readonly Configuration[], page: Page): string[] {
  const isElsewhere = configurations.some(({ extent }) => extent === 'fragments');
  const entries = new Map<string, UnattachedSetting>();
  for (const { unattached } of configurations)
    for (const setting of unattached) {
      const { file, line, column } = placeOf(setting.at);
      entries.set(`${file}:${line}:${column}`, setting);
    }
  if (entries.size === 0) return [];
  return [
    `  ${page.style('heading', 'lifetimes that govern no listener here')}${isElsewhere ? '; another file may include them' : ''}`,
    ...settingLines([...entries.values()], page),
  ];
}

function settingLines(settings: readonly UnattachedSetting[], { style, columns, target }: Page): string[] {
  const rows = settings.map(({ at, name, written, seconds }) => ({
    verdict: verdictFor(seconds, target),
    lifetime: seconds === undefined ? 'unknown' : spellLifetime(seconds),
    place: placeCell(at, ''),
    text: { text: printable(`${name} ${written}`), tail: '' },
  }));
  const widest = (texts: readonly string[]): number => texts.reduce((width, text) => Math.max(width, widthOf(text)), 0);
  const lifetimeWidth = Math.max(titles.lifetime.length, widest(rows.map(({ lifetime }) => lifetime)));
  const [placeWidth = 0, textWidth = 0] = fitColumns(
    [widest(rows.map(({ place }) => place.text + place.tail)), widest(rows.map(({ text }) => text.text))],
    [
      { soft: 50, hard: 20 },
      { soft: 24, hard: 20 },
    ],
    columns - lifetimeWidth - 6,
  );
  return rows.map(
    ({ verdict, lifetime, place, text }) =>
      `${style(tones[verdict], `${markers[verdict]} ${padEnd(lifetime, lifetimeWidth)}`)}` +
      `  ${padEnd(fitCell(place, placeWidth), placeWidth)}  ${fitCell(text, textWidth)}`,
  );
}

export function ignoredLines(listeners: readonly Listener[], page: Page): string[] {
  const places = new Map<string, Map<string, Location>>();
  for (const { ignored } of listeners)
    for (const { at, why } of ignored) {
      const sameReason = places.get(why) ?? new Map<string, Location>();
      const { file, line } = placeOf(at);
      places.set(why, sameReason.set(`${file}:${line}`, at));
    }
  if (places.size === 0) return [];
  const lines = [`  ${page.style('heading', 'settings without effect')}`];
  for (const [why, sameReason] of places) {
    const all = [...sameReason.values()].sort((a, b) =>
      a.file === b.file ? a.span.start - b.span.start : compareBytes(a.file.path, b.file.path),
    );
    if (all.length === 1 && all[0]) {
      lines.push(...entryLines(all[0], why, page));
      continue;
    }
    const rest = all.length > mostPlaces ? ` and ${all.length - mostPlaces} more` : '';
    lines.push(
      ...wrap(listPlaces(all.slice(0, mostPlaces), page) + rest, page.columns - 4).map((line) => `    ${line}`),
      ...indented(why, 6, page),
    );
  }
  return lines;
}

/** `a.conf:3, 9, b.conf:4` */
function listPlaces(places: readonly Location[], page: Page): string {
  return places
    .map((at, i) => {
      const before = places[i - 1];
      return before?.file === at.file ? String(placeOf(at).line) : fitPlace(at, page.columns - 5);
    })
    .join(', ');
}
