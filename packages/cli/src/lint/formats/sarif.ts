import {
  countUnread,
  type FileEdit,
  type Finding,
  type LintReport,
  type Location,
  nameListener,
  type Rule,
  type Severity,
  type SourceFile,
} from '@shortfuse/core';
import type * as Sarif from 'sarif';
import { type FormatContext, folderUri, pathInRepository, uriOf } from './context.js';
import { fingerprintDigest } from './fingerprint.js';
import { rangeOf } from './range.js';
import { messageOf, messageWithLinks } from './sarif-message.js';
import { allUnreadIn, homePage, paragraph, placeText, rulePage, sentence, type Unread } from './wording.js';

/** What relative URIs count from. The name is the usual one: GitHub and others know it for the top of the repository. */
const base = '%SRCROOT%';

/** The name of our fingerprints; the number goes up when they are made in another way. */
const fingerprintName = 'shortfuse/v1';

/** A descriptor that notifications refer to. */
const notReadId = 'not-read';

const notReadHelp = 'What it hides was not judged: no finding does not mean that there is nothing.';

/** So many of the listeners of a finding are named. */
const mostListeners = 50;

/**
 * A log of SARIF 2.1.0 with one run. Columns count UTF-16 units, and the end of a region is the place behind its last
 * character. What could not be read is a notification, and the run was then not successful.
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
export function lintSarif(report: LintReport, context: FormatContext): string {
  return `${JSON.stringify(sarifLog(report, context), undefined, 2)}\n`;
}

/** {@link lintSarif} as data. */
export function sarifLog(report: LintReport, context: FormatContext): Sarif.Log {
  const { findings, fingerprints, rules, summary, targetSeconds } = report;
  const indexOf = new Map(rules.map(({ id }, i) => [id, i]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: driver(rules, context) },
        invocations: [invocation(report, context)],
        originalUriBaseIds: {
          [base]: { uri: folderUri(context.root), description: { text: 'The top of the repository.' } },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding, i) =>
          result(finding, fingerprints[i] ?? '', indexOf.get(finding.rule), context),
        ),
        properties: { targetSeconds, ...summary },
      },
    ],
  };
}

function driver(rules: readonly Rule[], { version }: FormatContext): Sarif.ToolComponent {
  return {
    name: 'shortfuse',
    version,
    semanticVersion: version,
    informationUri: homePage,
    rules: rules.map(descriptor),
    notifications: [
      {
        id: notReadId,
        name: 'NotRead',
        shortDescription: { text: 'A text could not be read, or does not tell the whole truth.' },
        fullDescription: { text: notReadHelp },
        help: { text: notReadHelp },
        helpUri: homePage,
      },
    ],
  };
}

function descriptor({ id, title, why, severity, sources, isFixable }: Rule): Sarif.ReportingDescriptor {
  const mends = isFixable ? 'shortfuse patch mends it. ' : '';
  return {
    id,
    name: id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: sentence(title) },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\n${mends}shortfuse explain ${id} tells more.\n\nSources: ${sources.join('; ')}`,
      markdown: [
        why,
        `${isFixable ? '`shortfuse patch` mends it. ' : ''}[More about this rule, with examples](${rulePage(id)}), also by \`shortfuse explain ${id}\`.`,
        `Sources:\n\n${sources.map((source) => `- ${source}`).join('\n')}`,
      ].join('\n\n'),
    },
    helpUri: rulePage(id),
    defaultConfiguration: severity === 'off' ? { enabled: false } : { level: severity },
    properties: {
      tags: ['tls', 'session-resumption', ...(isFixable ? ['fixable'] : [])],
      // Not part of SARIF; GitHub sorts by it.
      'problem.severity': severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'recommendation',
      precision: 'high',
    },
  };
}

function invocation(report: LintReport, context: FormatContext): Sarif.Invocation {
  return {
    executionSuccessful: countUnread(report) === 0,
    workingDirectory: { uri: folderUri(context.cwd) },
    toolExecutionNotifications: allUnreadIn(report).map((unread) => notification(unread, context)),
  };
}

function notification({ severity, path, at, message, help }: Unread, context: FormatContext): Sarif.Notification {
  return {
    descriptor: { id: notReadId, index: 0 },
    level: levels[severity],
    message: messageOf(paragraph({ message, help })),
    locations: [
      {
        physicalLocation: at ? physicalLocation(at, context) : { artifactLocation: artifactLocation(path, context) },
      },
    ],
  };
}

function result(
  finding: Finding,
  fingerprint: string,
  ruleIndex: number | undefined,
  context: FormatContext,
): Sarif.Result {
  const { rule, severity, at, message, why, help, related, listeners, fix = [] } = finding;
  const links = related.map(({ at: place, message: said }, i) => ({
    id: i + 1,
    text: `${placeText(place, (path) => pathInRepository(path, context))}: ${said}`,
  }));
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levels[severity],
    message: messageWithLinks(paragraph({ message, why, help }), links),
    locations: [{ physicalLocation: { ...physicalLocation(at, context), ...excerptOf(at) } }],
    ...(related.length > 0
      ? {
          relatedLocations: related.map(({ at: place, message: said }, i) => ({
            id: i + 1,
            physicalLocation: physicalLocation(place, context),
            message: messageOf(sentence(said)),
          })),
        }
      : {}),
    partialFingerprints: { [fingerprintName]: fingerprintDigest(fingerprint) },
    ...(fix.length > 0 ? { fixes: [fixOf(finding, fix, context)] } : {}),
    ...(listeners.length > 0
      ? {
          properties: {
            listeners: listeners.slice(0, mostListeners).map(nameListener),
            listenerCount: listeners.length,
          },
        }
      : {}),
  };
}

const levels: Readonly<Record<Severity, 'error' | 'warning'>> = { error: 'error', warning: 'warning' };

function physicalLocation(at: Location, context: FormatContext): Sarif.PhysicalLocation {
  return { artifactLocation: artifactLocation(at.file.path, context), region: regionOf(at) };
}

function artifactLocation(path: string, context: FormatContext): Sarif.ArtifactLocation {
  const { uri, isRelative } = uriOf(path, context);
  return isRelative ? { uri, uriBaseId: base } : { uri };
}

function regionOf(at: Location): Sarif.Region {
  const { start, end } = rangeOf(at);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** What a reader without the file sees; a line may have millions of characters, and then there is none. */
const longestExcerpt = 1000;

/** The region and the lines that it is on, with their text. */
function excerptOf(at: Location): Pick<Sarif.PhysicalLocation, 'region' | 'contextRegion'> {
  const { file, span } = at;
  const region = regionOf(at);
  const lineStart = span.start - ((region.startColumn ?? 1) - 1);
  const lineEnd = file.text.indexOf('\n', span.end);
  const lines = file.text.slice(lineStart, lineEnd === -1 ? file.text.length : lineEnd).replace(/\r$/, '');
  const text = file.text.slice(span.start, span.end);
  if (lines.length > longestExcerpt || text === '') return { region };
  const { startLine, endLine } = region;
  return {
    region: { ...region, snippet: { text } },
    contextRegion: { startLine: startLine ?? 1, endLine: endLine ?? 1, snippet: { text: lines } },
  };
}

/** All edits of a fix are one: half of them would be no fix. */
function fixOf({ help }: Finding, edits: readonly FileEdit[], context: FormatContext): Sarif.Fix {
  const replacementsOf = new Map<SourceFile, Sarif.Replacement[]>();
  for (const { file, edit } of edits) {
    const replacement: Sarif.Replacement = {
      deletedRegion: regionOf({ file, span: edit.span }),
      ...(edit.after === '' ? {} : { insertedContent: { text: edit.after } }),
    };
    const others = replacementsOf.get(file);
    if (others) others.push(replacement);
    else replacementsOf.set(file, [replacement]);
  }
  return {
    ...(help === '' ? {} : { description: messageOf(sentence(help)) }),
    artifactChanges: [...replacementsOf].map(([file, replacements]) => ({
      artifactLocation: artifactLocation(file.path, context),
      replacements,
    })),
  };
}
